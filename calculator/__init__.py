"""The cost model. Pure: no files, network, clock, environment or Slack."""

from calculator.actuals.attribution import Effect, Usage
from calculator.actuals.month_share import PARTS, Part, month_after
from calculator.actuals.recalibration import Recalibration, recalibrate
from calculator.actuals.variance import Actual, Billed, Variance, actual_variances
from calculator.answer.base_change import BaseChange, SuccessorStep, base_change
from calculator.answer.options import Option, option, options, undone_payback
from calculator.answer.saving_range import SavingRange, prompting_span, saving_range
from calculator.answer.threshold import Threshold, threshold
from calculator.answer.verdict import Verdict, VerdictAnswer, VerdictReason, verdict
from calculator.capability.evidence import Evidence, EvidenceSentence
from calculator.comparison import Comparison, CostSpan
from calculator.costs.capacity import capacity_words
from calculator.costs.horizon import day_after_months, months_between
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.errors import FieldErrors, UserError
from calculator.estimate import estimate, resolve_question
from calculator.estimate_notes import (
    assumption_impacts,
    base_notes,
    estimate_assumptions,
    estimate_warnings,
    evidence,
    run_hours,
    training_range,
    uncached_base,
)
from calculator.formulas import FormulaInput, Formulas, formula_of, in_formulas, value_of
from calculator.offer_estimate import YOUR_RATES
from calculator.payback.break_even import break_even
from calculator.payback.crossover import Crossover, crossover
from calculator.payback.cumulative import cumulative_prompting_usd, cumulative_tuning_usd
from calculator.payback.periods import average_month, comparable_span, equal_periods, horizon_total
from calculator.payback.preparation import UnpricedWork, unpriced_work
from calculator.payback.rules_of_thumb import RuleOfThumb, favoured_side, rules_of_thumb
from calculator.payback.turning_change import turning_change
from calculator.question.customers import customer_of
from calculator.question.keys import INPUT_LABELS, KEYS, Key, Section, in_section, key_of, nearest_key, unknown_key
from calculator.question.quantities import DAYS_A_MONTH, Amount, parse_number
from calculator.question.scenario import YOUR_GPUS, Scenario, default_text, read_scenario
from calculator.result import (
    AssumptionImpact,
    BaseEstimate,
    BreakEven,
    Component,
    Estimate,
    Figure,
    LineItem,
    OptionGroup,
    Percentiles,
    RankGroup,
    SetAside,
    SetAsideCode,
    Total,
    Warning,
    sum_amounts,
)
from calculator.uncertainty.sample import sample
from calculator.uncertainty.sensitivity import Driver, sensitivity, with_default_spread
from calculator.uncertainty.shapley import Cause, difference_causes

__all__ = [
    "DAYS_A_MONTH",
    "INPUT_LABELS",
    "KEYS",
    "PARTS",
    "YOUR_GPUS",
    "YOUR_RATES",
    "Actual",
    "Amount",
    "AssumptionImpact",
    "BaseChange",
    "BaseEstimate",
    "Billed",
    "BreakEven",
    "Cause",
    "Comparison",
    "Component",
    "CostSpan",
    "Crossover",
    "Driver",
    "Effect",
    "Estimate",
    "Evidence",
    "EvidenceSentence",
    "FieldErrors",
    "Figure",
    "FormulaInput",
    "Formulas",
    "Key",
    "LineItem",
    "Option",
    "OptionGroup",
    "Part",
    "Percentiles",
    "RankGroup",
    "Recalibration",
    "RentedGpuOffer",
    "RuleOfThumb",
    "SavingRange",
    "Scenario",
    "Section",
    "SetAside",
    "SetAsideCode",
    "SuccessorStep",
    "Threshold",
    "Total",
    "UnpricedWork",
    "Usage",
    "UserError",
    "Variance",
    "Verdict",
    "VerdictAnswer",
    "VerdictReason",
    "Warning",
    "actual_variances",
    "assumption_impacts",
    "average_month",
    "base_change",
    "base_notes",
    "break_even",
    "capacity_words",
    "comparable_span",
    "crossover",
    "cumulative_prompting_usd",
    "cumulative_tuning_usd",
    "customer_of",
    "day_after_months",
    "default_text",
    "difference_causes",
    "equal_periods",
    "estimate",
    "estimate_assumptions",
    "estimate_warnings",
    "evidence",
    "favoured_side",
    "formula_of",
    "horizon_total",
    "in_formulas",
    "in_section",
    "key_of",
    "month_after",
    "months_between",
    "nearest_key",
    "option",
    "options",
    "parse_number",
    "prompting_span",
    "read_scenario",
    "recalibrate",
    "resolve_question",
    "rules_of_thumb",
    "run_hours",
    "sample",
    "saving_range",
    "sensitivity",
    "sum_amounts",
    "threshold",
    "training_range",
    "turning_change",
    "uncached_base",
    "undone_payback",
    "unknown_key",
    "unpriced_work",
    "value_of",
    "verdict",
    "with_default_spread",
]

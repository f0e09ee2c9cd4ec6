"""The cost model. Pure: no files, network, clock, environment or Slack."""

from calculator.actuals import Actual, Billed, Held, hold
from calculator.attribution import Effect, Usage
from calculator.comparison import Comparison, Span
from calculator.crossover import Crossover
from calculator.customers import customer_of
from calculator.differences import Cause, causes
from calculator.drivers import Driver, spread_out
from calculator.errors import FieldErrors, UserError
from calculator.estimate import asked_of, estimate
from calculator.formulas import FormulaInput, Formulas, formula_of, in_formulas, value_of
from calculator.hosted import YOUR_RATES, training_range
from calculator.month_share import PARTS, Part, month_after
from calculator.quantities import Amount
from calculator.recalibrate import Recalibrated, recalibrated
from calculator.result import (
    BaseEstimate,
    BreakEven,
    Component,
    Estimate,
    Figure,
    LineItem,
    Move,
    Percentiles,
    Standing,
    Total,
    Warning,
)
from calculator.scenario import (
    KEYS,
    MOST_MONTHS,
    WHOLE_KEYS,
    YOUR_GPUS,
    Scenario,
    default_text,
    nearest_key,
    read_scenario,
    unknown_key,
)
from calculator.verdict import Point, Verdict, verdict

__all__ = [
    "KEYS",
    "MOST_MONTHS",
    "PARTS",
    "WHOLE_KEYS",
    "YOUR_GPUS",
    "YOUR_RATES",
    "Actual",
    "Amount",
    "BaseEstimate",
    "Billed",
    "BreakEven",
    "Cause",
    "Comparison",
    "Component",
    "Crossover",
    "Driver",
    "Effect",
    "Estimate",
    "FieldErrors",
    "Figure",
    "FormulaInput",
    "Formulas",
    "Held",
    "LineItem",
    "Move",
    "Part",
    "Percentiles",
    "Point",
    "Recalibrated",
    "Scenario",
    "Span",
    "Standing",
    "Total",
    "Usage",
    "UserError",
    "Verdict",
    "Warning",
    "asked_of",
    "causes",
    "customer_of",
    "default_text",
    "estimate",
    "formula_of",
    "hold",
    "in_formulas",
    "month_after",
    "nearest_key",
    "read_scenario",
    "recalibrated",
    "spread_out",
    "training_range",
    "unknown_key",
    "value_of",
    "verdict",
]

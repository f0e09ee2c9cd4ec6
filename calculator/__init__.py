"""The cost model. Pure: no files, network, clock, environment or Slack."""

from calculator.crossover import Crossover
from calculator.differences import Cause, causes
from calculator.drivers import spread_out
from calculator.errors import FieldErrors, UserError
from calculator.estimate import asked_of, estimate
from calculator.formulas import FormulaInput, Formulas, formula_of, in_formulas, value_of
from calculator.hosted import YOUR_RATES
from calculator.quantities import Amount
from calculator.result import (
    BaseEstimate,
    BreakEven,
    Comparison,
    Component,
    Driver,
    Estimate,
    Figure,
    LineItem,
    Move,
    Percentiles,
    Span,
    Standing,
    Total,
    Warning,
)
from calculator.scenario import (
    KEYS,
    MOST_MONTHS,
    WHOLE_KEYS,
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
    "WHOLE_KEYS",
    "YOUR_RATES",
    "Amount",
    "BaseEstimate",
    "BreakEven",
    "Cause",
    "Comparison",
    "Component",
    "Crossover",
    "Driver",
    "Estimate",
    "FieldErrors",
    "Figure",
    "FormulaInput",
    "Formulas",
    "LineItem",
    "Move",
    "Percentiles",
    "Point",
    "Scenario",
    "Span",
    "Standing",
    "Total",
    "UserError",
    "Verdict",
    "Warning",
    "asked_of",
    "causes",
    "default_text",
    "estimate",
    "formula_of",
    "in_formulas",
    "nearest_key",
    "read_scenario",
    "spread_out",
    "unknown_key",
    "value_of",
    "verdict",
]

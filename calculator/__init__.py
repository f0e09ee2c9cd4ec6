"""The cost model. Pure: no files, network, clock, environment or Slack."""

from calculator.differences import Cause, causes
from calculator.errors import FieldErrors, UserError
from calculator.estimate import YOUR_RATES, estimate
from calculator.result import (
    BaseEstimate,
    BreakEven,
    Comparison,
    Component,
    Estimate,
    Figure,
    LineItem,
    Span,
    Standing,
    Total,
    Warning,
)
from calculator.scenario import KEYS, Scenario, nearest_key, read_scenario, unknown_key

__all__ = [
    "KEYS",
    "YOUR_RATES",
    "BaseEstimate",
    "BreakEven",
    "Cause",
    "Comparison",
    "Component",
    "Estimate",
    "FieldErrors",
    "Figure",
    "LineItem",
    "Scenario",
    "Span",
    "Standing",
    "Total",
    "UserError",
    "Warning",
    "causes",
    "estimate",
    "nearest_key",
    "read_scenario",
    "unknown_key",
]

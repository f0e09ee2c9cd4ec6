"""The cost model as formulas: its numbers remember how they came about, so that a spreadsheet can work them out anew.

The functions of the cost model are written for Decimal; here the inputs of a question go through them as `Formula`, and
every line says by itself how its quantity follows from them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Context, Decimal
from typing import Any, NamedTuple

from calculator.costs.base_model import estimate_base
from calculator.numeric import ZERO, Numeric
from calculator.pricing_context import pricing_context
from calculator.question.keys import MOST_MONTHS
from calculator.question.quantities import Amount
from calculator.question.resolved import resolve
from calculator.question.scenario import Scenario
from calculator.result import BaseEstimate, Estimate
from pricing import Catalog

_SPREADSHEET_DIGITS = Context(prec=15)
_SUM, _PRODUCT, _ATOM = range(3)
_ONE = Decimal(1)


class Formula(Numeric):
    """A number and the spreadsheet formula that gives it. Functions used: MIN, MAX, ROUNDUP, ROUNDDOWN.

    An input is true unless it is zero; what is computed from inputs is always true, because it may become something
    when they are changed.
    """

    __slots__ = ("level", "text", "top", "value")

    def __init__(self, value: Decimal, text: str, level: int = _ATOM, top: Decimal | None = None) -> None:
        self.value = value
        self.text = text
        self.level = level
        self.top = value if top is None else top
        """The highest that the number can become, as far as the cost model asks."""

    def __add__(self, other: Any) -> Any:
        return self if _is(other, ZERO) else _made(self, "+", other)

    def __radd__(self, other: Any) -> Any:
        return self if _is(other, ZERO) else _made(other, "+", self)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, ZERO) else _made(self, "-", other)

    def __rsub__(self, other: Any) -> Any:
        return _made(other, "-", self)

    def __mul__(self, other: Any) -> Any:
        return _product(self, other)

    def __rmul__(self, other: Any) -> Any:
        return _product(other, self)

    def __truediv__(self, other: Any) -> Any:
        return self if _is(other, _ONE) else _made(self, "/", other)

    def __rtruediv__(self, other: Any) -> Any:
        return ZERO if _is(other, ZERO) else _made(other, "/", self)

    def __pow__(self, exponent: int) -> Any:
        if exponent == 0:
            return _ONE
        return self if exponent == 1 else Formula(self.value**exponent, f"{_operand(self, _ATOM)}^{exponent}")

    def __bool__(self) -> bool:
        return not self.is_input or bool(self.value)

    @property
    def is_input(self) -> bool:
        """Whether it is an input itself, and not computed from one."""
        return self.text.isidentifier()

    def smaller(self, other: Decimal) -> Any:
        return _called("MIN", self, other, min)

    def larger(self, other: Decimal) -> Any:
        return _called("MAX", self, other, max)

    def rounded_up(self) -> Any:
        return Formula(self.value.to_integral_value("ROUND_CEILING"), f"ROUNDUP({self.text},0)")

    def rounded_down(self) -> Any:
        return Formula(self.value.to_integral_value("ROUND_FLOOR"), f"ROUNDDOWN({self.text},0)")

    def highest(self) -> Decimal:
        return self.top


def value_of(number: Decimal | Formula) -> Decimal:
    """What a number is with the inputs as they were asked."""
    return number.value if isinstance(number, Formula) else number


def formula_of(number: Decimal | Formula) -> str | None:
    """The formula without its equals sign; None for what follows from no input."""
    return number.text if isinstance(number, Formula) else None


def _is(number: Any, constant: Decimal) -> bool:
    return not isinstance(number, Formula) and number == constant


def _made(one: Any, sign: str, other: Any) -> Formula:
    left, right = value_of(one), value_of(other)
    match sign:
        case "+":
            return Formula(left + right, f"{_operand(one, _SUM)}+{_operand(other, _SUM)}", _SUM)
        case "-":
            return Formula(left - right, f"{_operand(one, _SUM)}-{_operand(other, _PRODUCT)}", _SUM)
        case "*":
            return Formula(left * right, f"{_operand(one, _PRODUCT)}*{_operand(other, _PRODUCT)}", _PRODUCT)
        case _:
            return Formula(left / right, f"{_operand(one, _PRODUCT)}/{_operand(other, _ATOM)}", _PRODUCT)


def _product(one: Any, other: Any) -> Any:
    if _is(one, ZERO) or _is(other, ZERO):
        return ZERO
    if _is(one, _ONE):
        return other
    return one if _is(other, _ONE) else _made(one, "*", other)


def _called(name: str, one: Formula, other: Any, choose: Callable[..., Decimal]) -> Formula:
    top = choose(one.top, other.top if isinstance(other, Formula) else other)
    return Formula(choose(one.value, value_of(other)), f"{name}({one.text},{_operand(other, _SUM)})", _ATOM, top)


def _operand(number: Any, level: int) -> str:
    """A number as part of a formula that binds as tightly as `level`."""
    if isinstance(number, Formula):
        return number.text if number.level >= level else f"({number.text})"
    text = f"{_SPREADSHEET_DIGITS.plus(number):f}"
    return f"({text})" if text.startswith("-") else text


class FormulaInput(NamedTuple):
    """An input that a reader may change: its name in formulas (`call_input`), and as the question has it."""

    name: str
    key: str
    """`call.input`"""
    amount: Amount
    top: Decimal | None
    """The highest value for which the formulas hold; None for any."""


class Formulas(NamedTuple):
    """Every offer (and the prompted base model) with lines whose numbers are formulas of the inputs."""

    inputs: tuple[FormulaInput, ...]
    estimates: dict[str, Estimate]
    """By offer id."""
    base: BaseEstimate | None


def in_formulas(scenario: Scenario, catalog: Catalog, on: date) -> Formulas:
    """The same answer as `estimate` gives, at the likely values, with the way it came about. Raises FieldErrors."""
    inputs: dict[str, FormulaInput] = {}
    # Where calls grow, each month is a term of its own, and a spreadsheet takes so many.
    longest = scenario.months.likely if scenario.growth.likely else Decimal(MOST_MONTHS)

    def pick(key: str, amount: Amount) -> Decimal:
        name = key.replace(".", "_")
        top = longest if key == "months" else None
        inputs[key] = FormulaInput(name, key, amount, top)
        if not amount.likely:
            return amount.likely  # what was not asked for does not come about by a change
        number: Any = Formula(amount.likely, name, top=top)
        return number  # type: ignore[no-any-return]  # takes Decimal's operators

    context = pricing_context(scenario, catalog, on)
    plan = resolve(scenario, pick)
    base = context.base_price(plan)
    return Formulas(
        tuple(formula_input for formula_input in inputs.values() if formula_input.amount.likely),
        {estimate.offer.id: estimate for estimate in context.estimates(plan)},
        estimate_base(plan, base, on) if base else None,
    )

"""The cost model as spreadsheet formulas.

The functions of the cost model are written for Decimal. Here the inputs of a question go through them as `Formula`, so
that every line item carries the formula of its quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Context, Decimal
from typing import Any, NamedTuple

from calculator.costs.base_model import estimate_base
from calculator.costs.capacity import deployment_of
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.numeric import ONE, ZERO, Numeric, as_decimal
from calculator.payback.periods import EqualPeriods
from calculator.pricing_context import pricing_context
from calculator.question.keys import MOST_MONTHS
from calculator.question.quantities import Amount
from calculator.question.resolved import resolve
from calculator.question.scenario import Scenario
from calculator.result import BaseEstimate, Estimate
from pricing import Catalog, Offer

_SPREADSHEET_DIGITS = Context(prec=15)
_SUM, _PRODUCT, _ATOM = range(3)
_EXAMPLE_INPUTS = frozenset({"example.input", "example.output"})
_CALL_INPUTS = frozenset({"call.input", "call.output", "prompt.before", "prompt.after"})


class Formula(Numeric):
    """A number and the spreadsheet formula that computes it. Functions used: MIN, MAX, ROUNDUP, ROUNDDOWN.

    An input is true unless it is zero. A computed number is always true, because another input may make it non-zero.
    """

    __slots__ = ("level", "text", "top", "value")

    def __init__(self, value: Decimal, text: str, level: int = _ATOM, top: Decimal | None = None) -> None:
        """Create a number with its formula.

        Args:
            value: The number at the question's inputs.
            text: The formula without its equals sign.
            level: How tightly the formula binds: a sum, a product, or an atom.
            top: The highest value that the number can take; by default `value`.
        """
        self.value = value
        self.text = text
        self.level = level
        self.top = value if top is None else top
        """The highest value that the number can take, as far as the cost model reads it."""

    def __add__(self, operand: Any) -> Any:
        """Return the formula of the sum; adding zero changes nothing."""
        return self if _is(operand, ZERO) else _combine(self, "+", operand)

    def __radd__(self, operand: Any) -> Any:
        """Return the formula of the sum; adding to zero changes nothing."""
        return self if _is(operand, ZERO) else _combine(operand, "+", self)

    def __sub__(self, operand: Any) -> Any:
        """Return the formula of the difference; subtracting zero changes nothing."""
        return self if _is(operand, ZERO) else _combine(self, "-", operand)

    def __rsub__(self, operand: Any) -> Any:
        """Return the formula of the difference."""
        return _combine(operand, "-", self)

    def __mul__(self, operand: Any) -> Any:
        """Return the formula of the product."""
        return _product(self, operand)

    def __rmul__(self, operand: Any) -> Any:
        """Return the formula of the product."""
        return _product(operand, self)

    def __truediv__(self, operand: Any) -> Any:
        """Return the formula of the ratio; dividing by one changes nothing."""
        return self if _is(operand, ONE) else _combine(self, "/", operand)

    def __rtruediv__(self, operand: Any) -> Any:
        """Return the formula of the ratio; zero divided by anything is zero."""
        return ZERO if _is(operand, ZERO) else _combine(operand, "/", self)

    def __pow__(self, exponent: int) -> Any:
        """Return the formula of the power."""
        if exponent == 0:
            return ONE
        return self if exponent == 1 else Formula(self.value**exponent, f"{_operand(self, _ATOM)}^{exponent}")

    def __bool__(self) -> bool:
        """Return False for an input that is zero."""
        return not self.is_input or bool(self.value)

    @property
    def is_input(self) -> bool:
        """True for an input, False for a number computed from inputs."""
        return self.text.isidentifier()

    def smaller(self, bound: Decimal) -> Any:
        """Return the formula of MIN."""
        return _call("MIN", self, bound, min)

    def larger(self, bound: Decimal) -> Any:
        """Return the formula of MAX."""
        return _call("MAX", self, bound, max)

    def round_up(self) -> Any:
        """Return the formula of ROUNDUP."""
        return Formula(self.value.to_integral_value("ROUND_CEILING"), f"ROUNDUP({self.text},0)")

    def round_down(self) -> Any:
        """Return the formula of ROUNDDOWN."""
        return Formula(self.value.to_integral_value("ROUND_FLOOR"), f"ROUNDDOWN({self.text},0)")

    def highest(self) -> Decimal:
        """Return the highest value that the number can take."""
        return self.top


def value_of(number: Decimal | Formula) -> Decimal:
    """Return a number at the question's inputs.

    Args:
        number: A number of `Formulas`.
    """
    return number.value if isinstance(number, Formula) else number


def formula_of(number: Decimal | Formula) -> str | None:
    """Return the formula of a number without its equals sign.

    Args:
        number: A number of `Formulas`.

    Returns:
        None for a number that depends on no input.
    """
    return number.text if isinstance(number, Formula) else None


def _is(number: Any, constant: Decimal) -> bool:
    return not isinstance(number, Formula) and number == constant


def _combine(left: Any, sign: str, right: Any) -> Formula:
    match sign:
        case "+":
            text = f"{_operand(left, _SUM)}+{_operand(right, _SUM)}"
            return Formula(value_of(left) + value_of(right), text, _SUM)
        case "-":
            text = f"{_operand(left, _SUM)}-{_operand(right, _PRODUCT)}"
            return Formula(value_of(left) - value_of(right), text, _SUM)
        case "*":
            text = f"{_operand(left, _PRODUCT)}*{_operand(right, _PRODUCT)}"
            return Formula(value_of(left) * value_of(right), text, _PRODUCT)
        case _:
            text = f"{_operand(left, _PRODUCT)}/{_operand(right, _ATOM)}"
            return Formula(value_of(left) / value_of(right), text, _PRODUCT)


def _product(left: Any, right: Any) -> Any:
    if _is(left, ZERO) or _is(right, ZERO):
        return ZERO
    if _is(left, ONE):
        return right
    return left if _is(right, ONE) else _combine(left, "*", right)


def _call(name: str, formula: Formula, number: Any, choose: Callable[..., Decimal]) -> Formula:
    """Return the formula of a spreadsheet function of two numbers."""
    top = choose(formula.top, number.top if isinstance(number, Formula) else number)
    text = f"{name}({formula.text},{_operand(number, _SUM)})"
    return Formula(choose(formula.value, value_of(number)), text, _ATOM, top)


def _operand(number: Any, level: int) -> str:
    """Return a number as part of a formula that binds as tightly as `level`."""
    if isinstance(number, Formula):
        return number.text if number.level >= level else f"({number.text})"
    text = f"{_SPREADSHEET_DIGITS.plus(number):f}"
    return f"({text})" if text.startswith("-") else text


class FormulaInput(NamedTuple):
    """An input that a reader of the spreadsheet may change."""

    name: str
    """In formulas, such as `call_input`."""
    key: str
    """In the question, such as `call.input`."""
    amount: Amount
    top: Decimal | None
    """The highest value for which the formulas hold; None if there is no limit."""


class Formulas(NamedTuple):
    """An answer whose line items hold formulas of the inputs instead of numbers."""

    inputs: tuple[FormulaInput, ...]
    estimates: dict[str, Estimate]
    """By offer id."""
    base: BaseEstimate | None
    rest_usd: dict[str, Decimal]
    """By offer id: prompting from the end of the model to the end of the horizon. Only of models that end earlier."""
    sized_for_tokens: bool
    """GPUs were chosen for the lengths of examples or calls, which are no inputs then."""


def in_formulas(scenario: Scenario, catalog: Catalog, on: date) -> Formulas:
    """Price every offer at the likely values, with formulas for numbers.

    Args:
        scenario: The question, as `read_scenario` returns it.
        catalog: Offers, base models and assumptions.
        on: The day whose prices apply, and on which the horizon begins.

    Returns:
        The inputs, and the same estimates as `estimate` returns; `value_of` and `formula_of` read their numbers. Where
        GPUs were chosen for the lengths of examples and calls, these are no inputs.

    Raises:
        FieldErrors: The scenario names an offer, model, GPU or platform that the catalogue does not have.
    """
    inputs: dict[str, FormulaInput] = {}
    context = pricing_context(scenario, catalog, on)
    fixed = _fixed_inputs(context.offers)
    # With growth each month is a term of its own, and the length of a spreadsheet formula is limited.
    longest = scenario.months.likely if scenario.growth.likely else Decimal(MOST_MONTHS)

    def pick(key: str, amount: Amount) -> Decimal:
        if key in fixed:
            return amount.likely
        name = key.replace(".", "_")
        top = longest if key == "months" else None
        inputs[key] = FormulaInput(name, key, amount, top)
        if not amount.likely:
            return amount.likely  # an input that the question does not have stays zero
        return as_decimal(Formula(amount.likely, name, top=top))

    plan = resolve(scenario, pick)
    base = context.base_price(plan)
    periods = EqualPeriods(context, plan)
    estimates = {estimate.offer.id: estimate for estimate in context.estimates(plan)}
    ending = {offer_id: estimate for offer_id, estimate in estimates.items() if estimate.months is not plan.months}
    rest = {offer_id: periods.rest(estimate) for offer_id, estimate in ending.items() if estimate.lines}
    return Formulas(
        tuple(formula_input for formula_input in inputs.values() if formula_input.amount.likely),
        estimates,
        estimate_base(plan, base, on) if base else None,
        {offer_id: usd for offer_id, usd in rest.items() if usd is not None},
        bool(fixed),
    )


def _fixed_inputs(offers: Iterable[Offer]) -> set[str]:
    """Return the inputs by which GPUs were chosen and sized, so that a formula doesn't hold for other values."""
    fixed: set[str] = set()
    for offer in offers:
        if isinstance(offer, RentedGpuOffer):
            return {*_EXAMPLE_INPUTS, *_CALL_INPUTS}
        if deployment_of(offer) and not offer.history("provisioned"):
            fixed |= _CALL_INPUTS
    return fixed

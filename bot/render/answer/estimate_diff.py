"""The causes of the difference between a saved estimate and a later one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from bot.render.parts.money import CENT, money, signed
from bot.render.parts.page import TextPage
from bot.render.parts.short import full_day
from bot.render.parts.tables import Table
from bot.render.sentences.scenario_changes import field_changes, key_name
from bot.results import OfferQuote, SavedOffer, offer_ends
from bot.store import SavedEstimate
from calculator import Comparison, Estimate, FieldErrors, difference_causes, estimate, read_scenario
from pricing import Catalog, Lifecycle, question_source

ROWS = 12
THE_DATE, THE_END = "the date", "the day on which it ends"
DUST = Decimal("1e-9")  # smaller differences come from rounding mean prices


class CostCause(NamedTuple):
    """A cause such as `epochs`, `price of Input tokens` or `the date`, and what it adds to the total in US dollars."""

    name: str
    usd: Decimal


def reasons(quote: OfferQuote, fields: Mapping[str, str], catalog: Catalog, on: date) -> list[CostCause] | None:
    """Return the causes of the difference between an offer's total and its quote.

    The date, the end and the prices are attributed first, on the quoted question; then the question's fields. Causes
    without an effect are left out.

    Args:
        quote: The offer as it was quoted.
        fields: The later question.
        catalog: The prices of the later estimate.
        on: The day of the later estimate.

    Returns:
        Causes that add up to the difference, or None if a total is unknown.
    """
    estimate = estimate_offer(quote.scenario, quote.offer, catalog, on)
    if not quote.complete or estimate is None or not estimate.complete:
        return None

    def total(scenario: dict[str, str]) -> Decimal | None:
        priced = estimate_offer(scenario, quote.offer, catalog, on)
        return priced.total_usd if priced and priced.complete else None

    field_causes = difference_causes(quote.scenario, fields, total)
    if field_causes is None:
        return None
    by_fields = [CostCause(" and ".join(map(key_name, cause.keys)), cause.usd) for cause in field_causes]
    return [cause for cause in _market_causes(quote, estimate, catalog, on) + by_fields if abs(cause.usd) > DUST]


def estimate_offer(fields: Mapping[str, str], offer: str, catalog: Catalog, on: date) -> Estimate | None:
    """Return the estimate of one offer, or None if it isn't in the catalogue or the question is invalid."""
    comparison = compare_offer(fields, offer, catalog, on)
    return comparison.find(offer) if comparison else None


def compare_offer(fields: Mapping[str, str], offer: str, catalog: Catalog, on: date) -> Comparison | None:
    """Return the comparison of one offer, or None if it isn't in the catalogue or the question is invalid."""
    try:
        return estimate(read_scenario({**fields, "on": offer}), catalog, on)
    except FieldErrors:
        return None


class _Sum(NamedTuple):
    """The sum of the lines of one label."""

    quantity: Decimal = Decimal(0)
    usd: Decimal = Decimal(0)
    prices: frozenset[Decimal] = frozenset()

    def plus(self, quantity: Decimal | None, unit_price: Decimal | None) -> _Sum:
        if quantity is None or unit_price is None:
            return self
        return _Sum(self.quantity + quantity, self.usd + quantity * unit_price, self.prices | {unit_price})

    @property
    def mean(self) -> Decimal:
        """US dollars a unit."""
        if len(self.prices) == 1:
            return next(iter(self.prices))
        return self.usd / self.quantity if self.quantity else Decimal(0)


def _market_causes(quote: OfferQuote, estimate: Estimate, catalog: Catalog, on: date) -> list[CostCause]:
    """Return the causes for the same question on two days: the time that passed, a moved end, and each line's price.

    A line's price has changed if the line has a unit price that its quote lacks. The effects of time and end are then
    computed at the quoted mean price, and the remaining difference is attributed to the price. Otherwise the whole
    difference is attributed to time and end.
    """
    offer, scenario = quote.offer, quote.scenario
    quoted_ends = _with_ends(catalog, quote)
    quoted = _by_label((line.label, line.quantity, line.unit_price_usd) for line in quote.lines)
    # Both with the quoted end: on the day of `estimate`, and on the day of the quote.
    unmoved = _summed(estimate_offer(scenario, offer, quoted_ends, on))
    on_the_day = _summed(estimate_offer(scenario, offer, quoted_ends, quote.as_of))
    priced = _summed(estimate)
    time, end, by_price = Decimal(0), Decimal(0), []
    for label in dict.fromkeys([*quoted, *priced]):
        quote_sum, quote_day_sum, unmoved_sum, current_sum = (
            sums.get(label, _Sum()) for sums in (quoted, on_the_day, unmoved, priced)
        )
        price = quote_sum.mean * (quote_day_sum.quantity - quote_sum.quantity)  # the rule for the quantity has changed
        moved = current_sum.usd - unmoved_sum.usd
        if current_sum.prices - quote_sum.prices:
            price += current_sum.usd - quote_sum.mean * current_sum.quantity
            moved = quote_sum.mean * (current_sum.quantity - unmoved_sum.quantity)
        end += moved
        time += current_sum.usd - quote_sum.usd - moved - price
        by_price.append(CostCause(f"price of {label}", price))
    return [CostCause(THE_DATE, time), CostCause(THE_END, end), *by_price]


def _with_ends(catalog: Catalog, quote: OfferQuote) -> Catalog:
    """Return the catalogue with the ends of an offer as its quote recorded them."""
    offer = catalog.offers.get(quote.offer)
    if offer is None or quote.ends is None or quote.ends == offer_ends(offer):
        return catalog
    life = offer.lifecycle
    if life is None:
        life = Lifecycle(source=question_source("as it was quoted", date.min))
    ends: dict[str, Any] = {str(kind): day for kind, day in quote.ends.items()}
    moved = replace(offer, lifecycle=replace(life, **ends))
    return Catalog([moved], catalog.assumptions, catalog.base_models, catalog.gpus, catalog.version)


def _summed(estimate: Estimate | None) -> dict[str, _Sum]:
    return _by_label((line.label, line.quantity, line.unit_price_usd) for line in estimate.lines) if estimate else {}


def _by_label(lines: Iterable[tuple[str, Decimal | None, Decimal | None]]) -> dict[str, _Sum]:
    sums: dict[str, _Sum] = {}
    for label, quantity, unit_price in lines:
        sums[label] = sums.get(label, _Sum()).plus(quantity, unit_price)
    return sums


def difference_page(start: SavedEstimate, end: SavedEstimate, catalog: Catalog) -> TextPage:
    """Return a page on the difference of two saved estimates: the changed keys, the totals as quoted, the causes.

    Args:
        start: The first estimate.
        end: The second estimate.
        catalog: The catalogue, for the causes.
    """
    names = [saved.name or f"Estimate {number}" for number, saved in enumerate((start, end), 1)]
    pairs = [
        (quoted, estimate)
        for estimate in end.result.estimates
        if (quoted := start.result.find(estimate.offer)) is not None
    ]
    rows = tuple(
        (quoted.title, _total(quoted), _total(estimate), _change(quoted, estimate)) for quoted, estimate in pairs[:ROWS]
    )
    sentences = [
        f"{name}, {full_day(saved.result.as_of)}: {saved.result.question}."
        for name, saved in zip(names, (start, end), strict=True)
    ]
    sentences.append(f"Changed: {'; '.join(field_changes(start.fields, end.fields)) or 'nothing in the question'}.")
    complete_pair = next((pair for pair in pairs if pair[0].complete and pair[1].complete), None)
    if complete_pair:
        causes = _quoted_causes(start, end, *complete_pair, catalog)
        listed = ", ".join(f"{cause.name} {signed(cause.usd)}" for cause in causes)
        sentences.append(f"For {complete_pair[0].title}: {listed or 'no difference'}.")
    return TextPage(
        "The difference between two estimates",
        tuple(sentences),
        Table(("Offer", *names, "Difference"), ("left", "right", "right", "right"), rows) if rows else None,
        ("USD",) if rows else ("The estimates have no offer in common.",),
    )


def _quoted_causes(
    start: SavedEstimate, end: SavedEstimate, quoted: SavedOffer, estimate: SavedOffer, catalog: Catalog
) -> list[CostCause]:
    """Return causes that add up to the difference of the quoted totals, also if prices were read again in between."""
    quote = start.result.quote(quoted.offer)
    causes = (quote and reasons(quote, end.fields, catalog, end.result.as_of)) or []
    difference = (estimate.total_usd or Decimal(0)) - (quoted.total_usd or Decimal(0))
    unexplained = difference - sum((cause.usd for cause in causes), Decimal(0))
    return [*causes, CostCause("prices read since", unexplained)] if abs(unexplained) >= CENT else causes


def _total(estimate: SavedOffer) -> str:
    """Return the total, with its months if the model ends inside the horizon."""
    text = money(estimate.total_usd, whole=estimate.complete)
    return f"{text} ({estimate.months:.1f} months)" if estimate.months % 1 else text


def _change(start: SavedOffer, end: SavedOffer) -> str:
    if not (start.complete and end.complete) or start.total_usd is None or end.total_usd is None:
        return "unknown"
    return signed(end.total_usd - start.total_usd)

"""What changed between a saved estimate and another, by cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from bot.render.data import ENDS, ends_of
from bot.render.money import CENT, money, signed
from bot.render.page import TextPage
from bot.render.sentences import changes
from bot.render.tables import Table
from bot.store import SavedEstimate
from calculator import Estimate, FieldErrors, difference_causes, estimate, read_scenario
from pricing import Catalog, Lifecycle, given_source

ROWS = 12
THE_DATE, THE_END = "the date", "the day on which it ends"
DUST = Decimal("1e-9")  # a mean price has no end


class CostCause(NamedTuple):
    """`epochs`, `price of Input tokens`, `the date`, and what it adds to the total in US dollars."""

    name: str
    usd: Decimal


def reasons(
    before: Mapping[str, Any], after: Mapping[str, str], offer: str, catalog: Catalog, on: date
) -> list[CostCause] | None:
    """From the estimate that `to_json` saved to the question `after` on the day `on`; what adds nothing is left out.

    Date, end and prices come first, on the old question; then the question's fields. None where a total is not known.
    """
    was = next((one for one in before["estimates"] if one["offer"] == offer), None)
    now = priced_alone(before["scenario"], offer, catalog, on)
    if was is None or not was["complete"] or now is None or not now.complete:
        return None

    def total(fields: dict[str, str]) -> Decimal | None:
        made = priced_alone(fields, offer, catalog, on)
        return made.total_usd if made and made.complete else None

    found = difference_causes(before["scenario"], after, total)
    if found is None:
        return None
    asked = [CostCause(" and ".join(cause.keys), cause.usd) for cause in found]
    return [reason for reason in _since(before, was, now, catalog, on) + asked if abs(reason.usd) > DUST]


def priced_alone(fields: Mapping[str, str], offer: str, catalog: Catalog, on: date) -> Estimate | None:
    """One offer for one question; None where there is no such offer, or the question makes no sense half changed."""
    try:
        comparison = estimate(read_scenario({**fields, "on": offer}), catalog, on)
    except FieldErrors:
        return None
    return next((one for one in comparison.estimates if one.offer.id == offer), None)


class _Sum(NamedTuple):
    """The lines of one label together."""

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


def _since(
    before: Mapping[str, Any], was: Mapping[str, Any], now: Estimate, catalog: Catalog, on: date
) -> list[CostCause]:
    """The same question then and now: what passing time did, what a moved end did, what prices did, line by line.

    A line's prices count as changed where one of them was not in it before. Then its old mean price is what time and
    end are counted at, and the rest of its difference is the price's; otherwise all of it is time's and the end's.
    """
    fields, then = before["scenario"], date.fromisoformat(before["as_of"])
    old_ends = _with_ends(catalog, now.offer.id, was)
    nothing = _Sum()
    old = _by_label((line["label"], _read(line["quantity"]), _read(line["unit_price_usd"])) for line in was["lines"])
    # The day of `now` with the end as it was, and the old day by what is recorded now.
    unmoved = _summed(priced_alone(fields, now.offer.id, old_ends, on))
    on_the_day = _summed(priced_alone(fields, now.offer.id, old_ends, then))
    made = _summed(now)
    time, end, found = Decimal(0), Decimal(0), []
    for label in dict.fromkeys([*old, *made]):
        a, b, c, d = (part.get(label, nothing) for part in (old, on_the_day, unmoved, made))
        price = a.mean * (b.quantity - a.quantity)  # the rule by which it is counted has changed
        moved = d.usd - c.usd
        if d.prices - a.prices:
            price += d.usd - a.mean * d.quantity
            moved = a.mean * (d.quantity - c.quantity)
        end += moved
        time += d.usd - a.usd - moved - price
        found.append(CostCause(f"price of {label}", price))
    return [CostCause(THE_DATE, time), CostCause(THE_END, end), *found]


def _with_ends(catalog: Catalog, offer_id: str, was: Mapping[str, Any]) -> Catalog:
    """The catalogue as if an offer still ended when it did in an estimate that `to_json` saved."""
    offer = catalog.offers.get(offer_id)
    before = {key: was.get(key) for key in ENDS}
    if offer is None or "inference_ends" not in was or before == ends_of(offer):
        return catalog
    days = {key: date.fromisoformat(day) if day else None for key, day in before.items()}
    life = offer.lifecycle
    if life is None:
        life = Lifecycle.model_construct(source=given_source("as it was quoted", date.min))
    moved = offer.model_copy(update={"lifecycle": life.model_copy(update=days)})
    return Catalog([moved], catalog.assumptions, catalog.base_models, catalog.gpus, catalog.version)


def _summed(made: Estimate | None) -> dict[str, _Sum]:
    return _by_label((line.label, line.quantity, line.unit_price_usd) for line in made.lines) if made else {}


def _by_label(lines: Iterable[tuple[str, Decimal | None, Decimal | None]]) -> dict[str, _Sum]:
    found: dict[str, _Sum] = {}
    for label, quantity, unit_price in lines:
        found[label] = found.get(label, _Sum()).plus(quantity, unit_price)
    return found


def _read(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def difference_page(one: SavedEstimate, other: SavedEstimate, catalog: Catalog) -> TextPage:
    """Two saved estimates: what was asked differently, the totals as they were quoted, and the difference by cause."""
    was = {estimate["offer"]: estimate for estimate in one.result["estimates"]}
    both = [(was[made["offer"]], made) for made in other.result["estimates"] if made["offer"] in was]
    rows = tuple((made["offer"], _total(old), _total(made), _change(old, made)) for old, made in both[:ROWS])
    sentences = [f"Changed: {'; '.join(changes(one.fields, other.fields)) or 'nothing in the question'}."]
    whole = next((made["offer"] for old, made in both if old["complete"] and made["complete"]), None)
    if whole:
        why = [f"{reason.name} {signed(reason.usd)}" for reason in _reasons_as_quoted(one, other, whole, catalog)]
        sentences.append(f"For {whole}: {', '.join(why) or 'no difference'}.")
    return TextPage(
        f"{one.name or one.id} and {other.name or other.id}",
        tuple(sentences),
        Table(("Offer", one.id, other.id, "Difference"), ("left", "right", "right", "right"), rows) if rows else None,
        () if rows else ("They have no offer in common.",),
    )


def _reasons_as_quoted(one: SavedEstimate, other: SavedEstimate, offer: str, catalog: Catalog) -> list[CostCause]:
    """Causes that add up to the difference of the quoted totals, also where prices were read anew since."""
    found = reasons(one.result, other.fields, offer, catalog, date.fromisoformat(other.as_of)) or []
    quoted = {saved.id: next(e for e in saved.result["estimates"] if e["offer"] == offer) for saved in (one, other)}
    difference = Decimal(quoted[other.id]["total_usd"]) - Decimal(quoted[one.id]["total_usd"])
    rest = difference - sum((reason.usd for reason in found), Decimal(0))
    return [*found, CostCause("prices read since", rest)] if abs(rest) >= CENT else found


def _total(estimate: Mapping[str, Any]) -> str:
    usd = estimate["total_usd"]
    return money(None if usd is None else Decimal(usd), whole=estimate["complete"])


def _change(old: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    if not (old["complete"] and made["complete"]):
        return "not known"
    return signed(Decimal(made["total_usd"]) - Decimal(old["total_usd"]))

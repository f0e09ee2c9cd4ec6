"""What changed between a saved estimate and another, by cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from bot.render.money import CENT, money, signed
from bot.render.page import Page
from bot.render.tables import Table
from bot.render.words import changes
from bot.store import SavedEstimate
from calculator import Estimate, FieldErrors, causes, estimate, read_scenario
from pricing import Catalog

ROWS = 12


class Reason(NamedTuple):
    """`epochs`, `price of Input tokens` or `the date`, and what it adds to the total in US dollars."""

    name: str
    usd: Decimal


def reasons(
    before: Mapping[str, Any], after: Mapping[str, str], offer: str, catalog: Catalog, on: date
) -> list[Reason] | None:
    """From the estimate that `to_json` saved to the question `after` on the day `on`; what adds nothing is left out.

    Prices and date come first, on the old question; then the question's fields. None where a total is not known.
    """
    was = next((one for one in before["estimates"] if one["offer"] == offer), None)
    now = _priced(before["scenario"], offer, catalog, on)
    if was is None or not was["complete"] or now is None or not now.complete:
        return None

    def total(fields: dict[str, str]) -> Decimal | None:
        made = _priced(fields, offer, catalog, on)
        return made.total_usd if made and made.complete else None

    found = causes(before["scenario"], after, total)
    if found is None:
        return None
    asked = [Reason(" and ".join(cause.keys), cause.usd) for cause in found]
    return [reason for reason in _prices(was, now, same_day=before["as_of"] == on.isoformat()) + asked if reason.usd]


def _priced(fields: Mapping[str, str], offer: str, catalog: Catalog, on: date) -> Estimate | None:
    """One offer for one question; None where the question makes no sense half changed."""
    try:
        comparison = estimate(read_scenario({**fields, "on": offer}), catalog, on)
    except FieldErrors:
        return None
    return next((one for one in comparison.estimates if one.offer.id == offer), None)


def _prices(was: Mapping[str, Any], now: Estimate, *, same_day: bool) -> list[Reason]:
    """The same question then and now: by line on the same day, in one sum where the date moved the horizon too."""
    lines: dict[str, Decimal] = {}
    for line in was["lines"]:
        lines[line["label"]] = lines.get(line["label"], Decimal(0)) - Decimal(line["amount_usd"])
    for made in now.lines:
        lines[made.label] = lines.get(made.label, Decimal(0)) + (made.amount_usd or Decimal(0))
    if same_day:
        return [Reason(f"price of {label}", usd) for label, usd in lines.items()]
    return [Reason("the date and its prices", sum(lines.values(), Decimal(0)))]


def difference_page(one: SavedEstimate, other: SavedEstimate, catalog: Catalog) -> Page:
    """Two saved estimates: what was asked differently, the totals as they were quoted, and the difference by cause."""
    was = {estimate["offer"]: estimate for estimate in one.result["estimates"]}
    both = [(was[made["offer"]], made) for made in other.result["estimates"] if made["offer"] in was]
    rows = tuple((made["offer"], _total(old), _total(made), _change(old, made)) for old, made in both[:ROWS])
    sentences = [f"Changed: {'; '.join(changes(one.fields, other.fields)) or 'nothing in the question'}."]
    whole = next((made["offer"] for old, made in both if old["complete"] and made["complete"]), None)
    if whole:
        why = [f"{reason.name} {signed(reason.usd)}" for reason in _reasons_as_quoted(one, other, whole, catalog)]
        sentences.append(f"For {whole}: {', '.join(why) or 'no difference'}.")
    return Page(
        f"{one.name or one.id} and {other.name or other.id}",
        tuple(sentences),
        Table(("Offer", one.id, other.id, "Difference"), ("left", "right", "right", "right"), rows) if rows else None,
        () if rows else ("They have no offer in common.",),
    )


def _reasons_as_quoted(one: SavedEstimate, other: SavedEstimate, offer: str, catalog: Catalog) -> list[Reason]:
    """Causes that add up to the difference of the quoted totals, also where prices were read anew since."""
    found = reasons(one.result, other.fields, offer, catalog, date.fromisoformat(other.as_of)) or []
    quoted = {saved.id: next(e for e in saved.result["estimates"] if e["offer"] == offer) for saved in (one, other)}
    difference = Decimal(quoted[other.id]["total_usd"]) - Decimal(quoted[one.id]["total_usd"])
    rest = difference - sum((reason.usd for reason in found), Decimal(0))
    return [*found, Reason("prices read since", rest)] if abs(rest) >= CENT else found


def _total(estimate: Mapping[str, Any]) -> str:
    usd = estimate["total_usd"]
    return money(None if usd is None else Decimal(usd), whole=estimate["complete"])


def _change(old: Mapping[str, Any], made: Mapping[str, Any]) -> str:
    if not (old["complete"] and made["complete"]):
        return "not known"
    return signed(Decimal(made["total_usd"]) - Decimal(old["total_usd"]))

"""The page with up to six scenarios side by side: the keys that differ, and the quoted costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.render.answer.results import FigureKey, figure_text, period_cost_text, period_usd
from bot.render.answer.uncertainty import percent
from bot.render.parts.escaping import clip
from bot.render.parts.money import counted, money, rough, signed
from bot.render.parts.page import TextPage
from bot.render.parts.short import full_day
from bot.render.parts.tables import Align, Table
from bot.render.sentences.scenario_changes import field_text
from bot.results import SavedOffer, SavedResult
from calculator import KEYS, in_section

MIN_COMPARED, MAX_COMPARED = 2, 6
NAME_LENGTH = 24
_QUOTED = re.compile(r"[\"„“”][^\"„“”]*[\"„“”]")
_WORDS = re.compile(rf"{_QUOTED.pattern}|[^\s\"„“”]+")
_BETWEEN_COMMAS = re.compile(rf"{_QUOTED.pattern}|[^,\"„“”]+")
FILE_ONLY = frozenset(key.name for key in in_section("file"))
"""Keys that only a file fills: long lists, whose effect is in the figures."""
OFFERS = 3
"""The number of offers with a row across all scenarios; each is the cheapest of a scenario."""


class NamedResult(NamedTuple):
    """A scenario's result and name."""

    name: str
    result: SavedResult


def split_names(argument: str) -> list[str]:
    """Return the distinct names in a text such as `k7m2 p9x4`, `small run, large run` or `"small run" large`."""
    commas = "," in _QUOTED.sub("", argument)
    parts = (_BETWEEN_COMMAS if commas else _WORDS).findall(argument)
    return list(dict.fromkeys(name for part in parts if (name := part.strip(' `"„“”'))))


def side_by_side(scenarios: Sequence[NamedResult], *, left_out: int = 0) -> TextPage:
    """Return a page with a column for each scenario.

    Args:
        scenarios: Two to six results with their names.
        left_out: The number of estimates that the page omits.
    """
    names = _distinct([clip(scenario.name, NAME_LENGTH) for scenario in scenarios])
    results = [scenario.result for scenario in scenarios]
    rows = [*_differing_keys(results), *_figures(results)]
    right: Align = "right"
    notes = ["USD"]
    if left_out:
        omitted = counted(left_out, "estimate")
        notes.append(f"The first and the newest {len(results) - 1}; {omitted} between them omitted.")
    return TextPage(
        "Scenarios side by side",
        tuple(_sentences(names, results)),
        Table(("", *names), ("left", *(right for _ in results)), tuple(rows)),
        tuple(notes),
    )


def _differing_keys(results: Sequence[SavedResult]) -> list[tuple[str, ...]]:
    """Return a row for each key whose values differ."""
    scenarios = [result.scenario for result in results]
    keys = [
        key for key in KEYS if key not in {"name", *FILE_ONLY} and len({fields.get(key) for fields in scenarios}) > 1
    ]
    return [(key, *(clip(field_text(key, fields), NAME_LENGTH) for fields in scenarios)) for key in keys]


def _figures(results: Sequence[SavedResult]) -> list[tuple[str, ...]]:
    best_offers, per_month = [result.recommended for result in results], _per_month(results)
    formats: list[tuple[str, Callable[[SavedOffer], str]]] = [
        ("Cheapest", lambda offer: offer.title),
        ("One-off", lambda offer: _figure(offer, "one_off_usd")),
        ("A month", lambda offer: _figure(offer, "monthly_usd")),
        ("Likely", lambda offer: money(offer.total_usd) if offer.low else "–"),
        ("P10 – P90", _likely),
        ("Pays back after, calls", _pays_back),
        ("Saves against prompting", _saved),
        ("Cases paid back", _share),
    ]
    rows = [(label, *("–" if offer is None else text(offer) for offer in best_offers)) for label, text in formats]
    totals = (
        "–" if offer is None else period_cost_text(result, offer.offer, per_month=per_month)
        for offer, result in zip(best_offers, results, strict=True)
    )
    rows.insert(3, ("Average month" if per_month else "Whole horizon", *totals))
    rows = [row for row in rows if any(cell != "–" for cell in row[1:])]
    titles = {offer.offer: offer.title for offer in best_offers if offer}
    if len(titles) > 1:
        shared = list(titles.items())[:OFFERS]
        rows += [
            (title, *(period_cost_text(result, offer, per_month=per_month) for result in results))
            for offer, title in shared
        ]
    if len({result.as_of for result in results}) > 1:
        rows.append(("Asked on", *(full_day(result.as_of) for result in results)))
    return rows


def _sentences(names: Sequence[str], results: Sequence[SavedResult]) -> list[str]:
    """Return the cheapest scenario, and the difference of each scenario to the first."""
    best_offers = [result.recommended for result in results]
    if unpriced := [name for name, offer in zip(names, best_offers, strict=True) if offer is None]:
        verb = "have" if len(unpriced) > 1 else "has"
        return [f"{' and '.join(unpriced)} {verb} no usable offer, so there is no cheapest scenario."]
    per_month = _per_month(results)
    costs = [
        period_usd(result, offer.offer, per_month=per_month)
        for offer, result in zip(best_offers, results, strict=True)
        if offer
    ]
    totals = [usd for usd in costs if usd is not None]
    if len(totals) < len(names) or (not per_month and len({_months(result) for result in results}) > 1):
        return ["The scenarios cover different horizons, so compare the cost of a month."]
    cheapest = [name for name, total in zip(names, totals, strict=True) if total == min(totals)]
    if len(cheapest) == len(names):
        return [f"All cost the same: {money(totals[0])}."]
    differences = ", ".join(
        f"{name} {signed(total - totals[0])}" for name, total in zip(names[1:], totals[1:], strict=True)
    )
    verb = "cost" if len(cheapest) > 1 else "costs"
    sentence = f"{' and '.join(cheapest)} {verb} the least: {money(min(totals))}."
    return [sentence, f"Compared with {names[0]}: {differences}."]


def _months(result: SavedResult) -> str:
    return field_text("months", result.scenario)


def _per_month(results: Sequence[SavedResult]) -> bool:
    """Return whether some recommended offer ends early without a baseline, so that only months can be compared."""
    offers = ((result, result.recommended) for result in results)
    return any(offer and period_usd(result, offer.offer, per_month=False) is None for result, offer in offers)


def _figure(estimate: SavedOffer, key: FigureKey) -> str:
    if getattr(estimate, key) is None:
        return "none" if key == "monthly_usd" and estimate.complete else money(None)
    return figure_text(estimate, key)


def _likely(estimate: SavedOffer) -> str:
    percentiles = estimate.percentiles
    return f"{rough(percentiles.p10_usd)} – {rough(percentiles.p90_usd)}" if percentiles else "–"


def _share(estimate: SavedOffer) -> str:
    share = estimate.percentiles.pays_back_share if estimate.percentiles else None
    return "–" if share is None else percent(share)


def _pays_back(estimate: SavedOffer) -> str:
    if estimate.break_even is None:
        return "–"
    calls = estimate.break_even.calls
    return "never" if calls is None else f"{calls:,}"


def _saved(estimate: SavedOffer) -> str:
    net_usd = estimate.break_even.net_usd if estimate.break_even else None
    return "–" if net_usd is None else money(net_usd)


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, with a number after repeated ones."""
    distinct: list[str] = []
    for name in names:
        column, count = name, 1
        while column in distinct:
            count += 1
            column = f"{name} ({count})"
        distinct.append(column)
    return distinct

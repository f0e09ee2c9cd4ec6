"""Up to six scenarios side by side: what was asked differently, and what each comes to, as it was quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bot.render.data import FigureKey, figure_text
from bot.render.escaping import clip
from bot.render.money import counted, money, rough, signed
from bot.render.page import TextPage
from bot.render.sentences import said
from bot.render.tables import Align, Table
from bot.render.uncertainty import percent
from bot.results import SavedOffer, SavedResult
from calculator import KEYS

FEWEST, MOST = 2, 6
NAME = 24
_QUOTED = re.compile(r"[\"„“”][^\"„“”]*[\"„“”]")
_WORDS = re.compile(rf"{_QUOTED.pattern}|[^\s\"„“”]+")
_BETWEEN_COMMAS = re.compile(rf"{_QUOTED.pattern}|[^,\"„“”]+")
OFFERS = 3
"""So many of the offers that are cheapest in one scenario get a row over all."""


class NamedResult(NamedTuple):
    """The result of a scenario, and its name."""

    name: str
    result: SavedResult


def named_in(argument: str) -> list[str]:
    """`k7m2 p9x4`, `small run, large run`, `"small run" large`: what somebody named, each once."""
    commas = "," in _QUOTED.sub("", argument)
    parts = (_BETWEEN_COMMAS if commas else _WORDS).findall(argument)
    return list(dict.fromkeys(name for part in parts if (name := part.strip(' `"„“”'))))


def side_by_side(scenarios: Sequence[NamedResult], *, left_out: int = 0) -> TextPage:
    """A column for each of two to six scenarios."""
    names = _distinct([clip(one.name, NAME) for one in scenarios])
    results = [one.result for one in scenarios]
    rows = [*_asked(results), *_answers(results)]
    right: Align = "right"
    notes = ["USD"]
    if left_out:
        between = counted(left_out, "estimate")
        notes.append(f"The first and the newest {len(results) - 1}; {between} between them left out.")
    return TextPage(
        "Scenarios side by side",
        tuple(_sentences(names, results)),
        Table(("", *names), ("left", *(right for _ in results)), tuple(rows)),
        tuple(notes),
    )


def _asked(results: Sequence[SavedResult]) -> list[tuple[str, ...]]:
    """The keys that are not the same everywhere."""
    asked = [result.scenario for result in results]
    differ = [key for key in KEYS if key != "name" and len({fields.get(key) for fields in asked}) > 1]
    return [(key, *(clip(said(key, fields), NAME) for fields in asked)) for key in differ]


def _answers(results: Sequence[SavedResult]) -> list[tuple[str, ...]]:
    best = [_best(result) for result in results]
    rows: list[tuple[str, Callable[[SavedOffer], str]]] = [
        ("Cheapest", lambda one: one.title),
        ("One-off", lambda one: _figure(one, "one_off_usd")),
        ("A month", lambda one: _figure(one, "monthly_usd")),
        ("Whole horizon", lambda one: _figure(one, "total_usd")),
        ("Likely", lambda one: money(one.total_usd) if one.low else "–"),
        ("P10 – P90", _likely),
        ("Pays back after, calls", _pays_back),
        ("Net against prompting", _net),
        ("Cases paid back", _share),
    ]
    made = [(label, *("–" if one is None else say(one) for one in best)) for label, say in rows]
    told = [row for row in made if any(cell != "–" for cell in row[1:])]
    offers = {one.offer: one.title for one in best if one}
    if len(offers) > 1:
        shown = list(offers.items())[:OFFERS]
        told += [(title, *(_total_of(offer, result) for result in results)) for offer, title in shown]
    if len({result.as_of for result in results}) > 1:
        told.append(("Prices as of", *(str(result.as_of) for result in results)))
    return told


def _sentences(names: Sequence[str], results: Sequence[SavedResult]) -> list[str]:
    """Which comes to least, and how far the first is from each other one."""
    best = [_best(result) for result in results]
    if any(one is None for one in best):
        return ["Where no offer has every price known there is nothing to compare."]
    totals = [one.total_usd for one in best if one and one.total_usd is not None]
    if len({_months(result) for result in results}) > 1:
        return ["They look ahead over different numbers of months: compare what a month costs."]
    least = [name for name, total in zip(names, totals, strict=True) if total == min(totals)]
    if len(least) == len(names):
        return [f"All come to the same: {money(totals[0])}."]
    against = ", ".join(
        f"{name} {signed(total - totals[0])}" for name, total in zip(names[1:], totals[1:], strict=True)
    )
    come = "come" if len(least) > 1 else "comes"
    return [f"{' and '.join(least)} {come} to least: {money(min(totals))}.", f"Against {names[0]}: {against}."]


def _months(result: SavedResult) -> str:
    return said("months", result.scenario)


def _best(result: SavedResult) -> SavedOffer | None:
    """Return the first that can be ranked, as the answer ranked it."""
    return next((estimate for estimate in result.estimates if estimate.ranked), None)


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


def _net(estimate: SavedOffer) -> str:
    net_usd = estimate.break_even.net_usd if estimate.break_even else None
    return "–" if net_usd is None else signed(net_usd)


def _total_of(offer: str, result: SavedResult) -> str:
    estimate = result.find(offer)
    return "–" if estimate is None or not estimate.lines else _figure(estimate, "total_usd")


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that occur twice get a number."""
    made: list[str] = []
    for name in names:
        shown, count = name, 1
        while shown in made:
            count += 1
            shown = f"{name} ({count})"
        made.append(shown)
    return made

"""The alert: a message that reports the changes of a watched estimate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.render.answer.estimate_diff import CostCause
from bot.render.parts.blocks import Block, SlackMessage, context, section, table_block
from bot.render.parts.escaping import escape
from bot.render.parts.money import counted, money, signed
from bot.render.parts.short import short_day, spoken_days
from bot.render.parts.tables import Table, offer_name, plain
from bot.render.sentences.payback import break_even_text, payback_text
from bot.results import EndKind, SavedOffer
from bot.store import SavedEstimate, Watch
from bot.watches.changes import MovedEnd, UpcomingEnd, WatchChange
from calculator import BaseEstimate, Estimate, RankGroup, break_even, estimate_warnings
from pricing import Catalog

END_NAMES: dict[EndKind, str] = {
    "new_customers_until": "the last day on which new customers can train it",
    "training_ends": "the last day of training",
    "inference_ends": "the day on which fine-tuned models stop working",
}


def alert(change: WatchChange, saved: SavedEstimate, watch: Watch, catalog: Catalog, today: date) -> SlackMessage:
    """Return one message that reports all changes.

    Args:
        change: The changes.
        saved: The watched estimate.
        watch: The watch, for its user and threshold.
        catalog: The catalogue, for its version.
        today: The current date.
    """
    headline, *details = _sentences(change, today)
    table = _table(change, saved) if change.price_changed else None
    blocks: list[Block] = [section("\n".join([f"*{escape(headline)}*", *map(escape, details)]))]
    if table:
        blocks.append(table_block(table))
    causes = _causes(change, saved, today)
    if table and change.quoted.low:
        causes.append("At the likely values of your ranges.")
    if causes:
        blocks.append(section(escape(" ".join(causes))))
    command = f"`/ftcost unwatch {saved.id}`"
    origin = (
        f"Estimate `{saved.id}`, watched by <@{escape(watch.user_id)}> over {escape(watch.over)}; {command} ends it"
    )
    dates = f"USD, quoted on {short_day(saved.result.as_of, today)}, priced again on {short_day(today, today)}"
    blocks.append(context(f"{origin} · {dates} · catalogue `{escape(catalog.version)}`"))
    text = "\n".join([" ".join([headline, *details, *causes]), *([plain(table)] if table else [])])
    return SlackMessage(escape(text), blocks)


def direct_alert(message: SlackMessage, saved: SavedEstimate) -> SlackMessage:
    """Return an alert for a direct message, with the reason why it isn't in the estimate's thread."""
    name = f"“{saved.name}”" if saved.name else f"`{saved.id}`"
    why = context(f"Sent here because ftcost can no longer post in the thread of your estimate {escape(name)}.")
    return message._replace(blocks=[why, *message.blocks])


def _sentences(change: WatchChange, today: date) -> list[str]:
    sentences = []
    if change.price_changed:
        sentences.append(_price_sentence(change, today))
    sentences += [_moved(moved, today) for moved in change.moved_ends]
    if change.cheaper:
        sentences.append(f"{offer_name(change.cheaper)} is now the cheapest: {money(change.cheaper.total_usd)}.")
    if change.base:
        sentences.append(f"{_prompting(change.base)} now costs {money(change.base.total_usd)}.")
    sentences += [_ending(change.name, ending, today) for ending in change.upcoming_ends]
    if change.idle_usd:
        idle = f"costs {money(change.idle_usd)} a month while it is deployed, even if it gets no calls"
        sentences.append(f"{change.name} {idle}. Do you still need the deployment?")
    return sentences


def _price_sentence(change: WatchChange, today: date) -> str:
    current, quoted = change.current, change.quoted
    if change.alone is None or current is None:
        return f"{change.name} is no longer in the catalogue."
    why = next(
        (spoken_days(warning.text, today) for warning in estimate_warnings(change.alone, current)),
        "the reason isn't known.",
    )
    if current.standing == RankGroup.APART:
        return f"{change.name} is no longer available for your scenario: {why}"
    if current.total_usd is None or not current.complete:
        return f"{change.name} no longer has a complete price: {why}"
    if not quoted.complete or quoted.total_usd is None:
        return f"{change.name} now has a complete price: {money(current.total_usd)}."
    difference = current.total_usd - quoted.total_usd
    if not difference:
        return f"{change.name} costs {money(current.total_usd)}, the same as quoted."
    return f"{change.name} now costs {money(current.total_usd)}, {signed(difference)} compared with the quote."


def _moved(end: MovedEnd, today: date) -> str:
    meaning = END_NAMES[end.kind]
    day, earlier = (short_day(announced, today) if announced else "" for announced in (end.day, end.earlier))
    if not earlier:
        return f"New: {day} is {meaning}."
    if not day:
        return f"{earlier} is no longer {meaning}; no other day has been announced."
    return f"{day} is now {meaning}; it was {earlier}."


def _ending(name: str, ending: UpcomingEnd, today: date) -> str:
    when = f"In {counted(ending.days, 'day')}" if ending.days else "Today"
    return f"{when}, {short_day(ending.day, today)}, is {END_NAMES[ending.kind]}: {name}."


def _table(change: WatchChange, saved: SavedEstimate) -> Table:
    """Return a table of the watched offer and the cheapest one, as quoted and as of today."""
    estimates = [change.current] if change.current else []
    if change.cheaper and change.cheaper.offer.id != change.quoted.offer:
        estimates.append(change.cheaper)
    rows = []
    if change.current is None:
        rows.append((change.name, _quoted_total(change.quoted), "–", "unknown"))
    for estimate in estimates:
        quoted = saved.result.find(estimate.offer.id)
        difference = _difference(quoted, estimate)
        rows.append((offer_name(estimate), _quoted_total(quoted) if quoted else "–", _total(estimate), difference))
    if change.base:
        rows.append(_prompting_row(change.base, saved))
    if payback := _payback_row(change):
        rows.append(payback)
    header = ("Offer", "As quoted", "As of today", "Difference")
    return Table(header, ("left", "right", "right", "right"), tuple(rows))


def _difference(quoted: SavedOffer | None, estimate: Estimate) -> str:
    is_known = quoted is not None and quoted.complete and estimate.complete
    if not is_known or quoted is None or quoted.total_usd is None or estimate.total_usd is None:
        return "unknown"
    return signed(estimate.total_usd - quoted.total_usd)


def _prompting(base: BaseEstimate) -> str:
    return f"Prompting {base.model} ({base.provider})"


def _prompting_row(base: BaseEstimate, saved: SavedEstimate) -> tuple[str, str, str, str]:
    quoted = saved.result.base
    quoted_usd, total_usd = (quoted and quoted.total_usd) or Decimal(0), base.total_usd or Decimal(0)
    return (_prompting(base), money(quoted_usd), money(total_usd), signed(total_usd - quoted_usd))


def _payback_row(change: WatchChange) -> tuple[str, str, str, str] | None:
    """Return the row on the break-even; None if it is as quoted."""
    quoted, estimate = change.quoted.break_even, change.current
    if quoted is None or change.alone is None or estimate is None:
        return None
    payback = break_even(change.alone, estimate)
    if payback is None or quoted.calls == payback.calls:
        return None
    as_of = change.alone.as_of
    quoted_text = "never" if quoted.calls is None else payback_text(quoted.calls, quoted.day, as_of)
    return (f"{change.name} pays back", quoted_text, break_even_text(change.alone, estimate), "–")


def _total(estimate: Estimate) -> str:
    return money(estimate.total_usd, whole=estimate.complete) if estimate.lines else "–"


def _quoted_total(quoted: SavedOffer) -> str:
    return money(quoted.total_usd, whole=quoted.complete)


def _causes(change: WatchChange, saved: SavedEstimate, today: date) -> list[str]:
    if not change.price_changed:
        return []
    sentences = [f"Causes of the difference to the quote: {_listed(change.causes)}."] if change.causes else []
    if change.recent_causes and change.last_reported != saved.result.as_of:
        sentences.append(
            f"Since the last alert on {short_day(change.last_reported, today)}: {_listed(change.recent_causes)}."
        )
    return sentences


def _listed(causes: Sequence[CostCause]) -> str:
    return ", ".join(f"{cause.name} {signed(cause.usd)}" for cause in causes)

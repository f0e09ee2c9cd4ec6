"""What the thread of a watched estimate is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.render.blocks import Block, SlackMessage, context, section, table_block
from bot.render.escaping import escape
from bot.render.estimate_diff import CostCause
from bot.render.money import counted, money, signed
from bot.render.sentences import paid_back_text, pays_back
from bot.render.tables import Table, offer_name, plain
from bot.results import EndKind, SavedOffer
from bot.store import SavedEstimate, Watch
from bot.watches.changes import MovedEnd, UpcomingEnd, WatchChange
from calculator import BaseEstimate, Estimate, RankGroup, break_even, estimate_warnings
from pricing import Catalog

WHAT_ENDS: dict[EndKind, str] = {
    "new_customers_until": "the last day on which a new customer can train it",
    "training_ends": "the last day of training",
    "inference_ends": "the day on which tuned models stop answering",
}


def alert(news: WatchChange, saved: SavedEstimate, watch: Watch, catalog: Catalog, today: date) -> SlackMessage:
    """One message for all that is new."""
    first, *others = _sentences(news)
    table = _table(news, saved) if news.changed else None
    blocks: list[Block] = [section("\n".join([f"*{escape(first)}*", *map(escape, others)]))]
    if table:
        blocks.append(table_block(table))
    causes = _causes(news, saved)
    if table and news.quoted.low:
        causes.append("At the likely values of your ranges.")
    if causes:
        blocks.append(section(escape(" ".join(causes))))
    command = f"`/ftcost unwatch {saved.id}`"
    said = f"Estimate `{saved.id}`, watched by <@{escape(watch.user_id)}> over {escape(watch.over)}; {command} ends it"
    dates = f"USD, quoted as of {saved.as_of}, today as of {today}"
    blocks.append(context(f"{said} · {dates} · catalogue `{escape(catalog.version)}`"))
    text = "\n".join([" ".join([first, *others, *causes]), *([plain(table)] if table else [])])
    return SlackMessage(escape(text), blocks)


def elsewhere(message: SlackMessage, saved: SavedEstimate) -> SlackMessage:
    """The same for the person alone, with why it does not stand in its thread."""
    called = f"“{saved.name}”" if saved.name else f"`{saved.id}`"
    why = context(f"Here, because the thread of your estimate {escape(called)} cannot be written to any more.")
    return message._replace(blocks=[why, *message.blocks])


def _sentences(news: WatchChange) -> list[str]:
    found = []
    if news.changed:
        found.append(_price_sentence(news))
    found += [_moved(moved) for moved in news.moved]
    if news.cheaper:
        found.append(f"{offer_name(news.cheaper)} is cheapest now: {money(news.cheaper.total_usd)}.")
    if news.prompted:
        found.append(f"{_prompting(news.prompted)} costs {money(news.prompted.total_usd)} now.")
    found += [_ending(news.name, ending) for ending in news.ending]
    if news.idle_usd:
        idle = f"bills {money(news.idle_usd)} a month while it is up, called or not"
        found.append(f"{news.name} {idle}: is the deployment still needed?")
    return found


def _price_sentence(news: WatchChange) -> str:
    now, quoted = news.now, news.quoted
    if news.alone is None or now is None:
        return f"{news.name} is not in the catalogue any more."
    why = next((warning.text for warning in estimate_warnings(news.alone, now)), "it is not said why.")
    if now.standing == RankGroup.APART:
        return f"{news.name} cannot be bought as you asked any more: {why}"
    if now.total_usd is None or not now.complete:
        return f"{news.name} has no complete price any more: {why}"
    if not quoted.complete or quoted.total_usd is None:
        return f"{news.name} has a complete price now: {money(now.total_usd)}."
    difference = now.total_usd - quoted.total_usd
    if not difference:
        return f"{news.name} costs {money(now.total_usd)}, as it was quoted."
    return f"{news.name} costs {money(now.total_usd)} now, {signed(difference)} against the quote."


def _moved(moved: MovedEnd) -> str:
    what = WHAT_ENDS[moved.kind]
    if moved.before is None:
        return f"New: {moved.now} is {what}."
    if moved.now is None:
        return f"{moved.before} is not {what} any more; no other is announced."
    return f"{moved.now} is {what} now; it was {moved.before}."


def _ending(name: str, ending: UpcomingEnd) -> str:
    when = f"In {counted(ending.days, 'day')}" if ending.days else "Today"
    return f"{when}, {ending.day}, is {WHAT_ENDS[ending.kind]}: {name}."


def _table(news: WatchChange, saved: SavedEstimate) -> Table:
    """Return a table of the watched offer, and of what is cheapest now: as quoted, and as of today."""
    shown = [news.now] if news.now else []
    if news.cheaper and news.cheaper.offer.id != news.quoted.offer:
        shown.append(news.cheaper)
    rows = []
    if news.now is None:
        rows.append((news.name, _quoted_total(news.quoted), "–", "not known"))
    for estimate in shown:
        quoted = saved.result.find(estimate.offer.id)
        difference = _difference(quoted, estimate)
        rows.append((offer_name(estimate), _quoted_total(quoted) if quoted else "–", _total(estimate), difference))
    if news.prompted:
        rows.append(_prompting_row(news.prompted, saved))
    if payback := _payback_row(news):
        rows.append(payback)
    header = ("Offer", "As quoted", "As of today", "Difference")
    return Table(header, ("left", "right", "right", "right"), tuple(rows))


def _difference(quoted: SavedOffer | None, estimate: Estimate) -> str:
    known = quoted is not None and quoted.complete and estimate.complete
    if not known or quoted is None or quoted.total_usd is None or estimate.total_usd is None:
        return "not known"
    return signed(estimate.total_usd - quoted.total_usd)


def _prompting(base: BaseEstimate) -> str:
    return f"Prompting {base.model} ({base.provider})"


def _prompting_row(base: BaseEstimate, saved: SavedEstimate) -> tuple[str, str, str, str]:
    quoted = saved.result.base
    quoted_usd, total_usd = (quoted and quoted.total_usd) or Decimal(0), base.total_usd or Decimal(0)
    return (_prompting(base), money(quoted_usd), money(total_usd), signed(total_usd - quoted_usd))


def _payback_row(news: WatchChange) -> tuple[str, str, str, str] | None:
    """Return when it pays back, where that differs from the quote."""
    quoted, estimate = news.quoted.break_even, news.now
    if quoted is None or news.alone is None or estimate is None:
        return None
    payback = break_even(news.alone, estimate)
    if payback is None or quoted.calls == payback.calls:
        return None
    day = quoted.day.isoformat() if quoted.day else None
    quoted_text = "never" if quoted.calls is None else paid_back_text(quoted.calls, day)
    return (f"{news.name} pays back", quoted_text, pays_back(news.alone, estimate), "–")


def _total(estimate: Estimate) -> str:
    return money(estimate.total_usd, whole=estimate.complete) if estimate.lines else "–"


def _quoted_total(quoted: SavedOffer) -> str:
    return money(quoted.total_usd, whole=quoted.complete)


def _causes(news: WatchChange, saved: SavedEstimate) -> list[str]:
    if not news.changed:
        return []
    found = [f"Of the difference to the quote: {_listed(news.why)}."] if news.why else []
    if news.lately and news.since != saved.result.as_of:
        found.append(f"Since {news.since}, when it was last told: {_listed(news.lately)}.")
    return found


def _listed(why: Sequence[CostCause]) -> str:
    return ", ".join(f"{reason.name} {signed(reason.usd)}" for reason in why)

"""What the thread of a watched estimate is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.render.blocks import Block, SlackMessage, context, section, table_block
from bot.render.escaping import escape
from bot.render.estimate_diff import CostCause
from bot.render.money import counted, money, signed
from bot.render.sentences import paid_back_text, pays_back
from bot.render.tables import Table, offer_name, plain
from bot.store import SavedEstimate, Watch
from bot.watches.changes import MovedEnd, UpcomingEnd, WatchChange
from calculator import BaseEstimate, Estimate, RankGroup
from pricing import Catalog

WHAT_ENDS = {
    "new_customers_until": "the last day on which a new customer can train it",
    "training_ends": "the last day of training",
    "inference_ends": "the day on which tuned models stop answering",
}


def alert(news: WatchChange, saved: SavedEstimate, watch: Watch, catalog: Catalog, today: str) -> SlackMessage:
    """One message for all that is new."""
    first, *others = _sentences(news)
    table = _table(news, saved) if news.changed else None
    blocks: list[Block] = [section("\n".join([f"*{escape(first)}*", *map(escape, others)]))]
    if table:
        blocks.append(table_block(table))
    causes = _causes(news, saved)
    if table and "low" in news.quoted:
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
    if now is None:
        return f"{news.name} is not in the catalogue any more."
    why = next((warning.text for warning in now.warnings), "it is not said why.")
    if now.standing == RankGroup.APART:
        return f"{news.name} cannot be bought as you asked any more: {why}"
    if now.total_usd is None or not now.complete:
        return f"{news.name} has no complete price any more: {why}"
    if not quoted["complete"]:
        return f"{news.name} has a complete price now: {money(now.total_usd)}."
    difference = now.total_usd - Decimal(quoted["total_usd"])
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
    """As quoted beside as of today: the watched offer, and what is cheapest now."""
    quoted = {one["offer"]: one for one in saved.result["estimates"]}
    shown = [news.now] if news.now else []
    if news.cheaper and news.cheaper.offer.id != news.quoted["offer"]:
        shown.append(news.cheaper)
    rows = []
    if news.now is None:
        rows.append((news.name, _quoted_total(news.quoted), "–", "not known"))
    for made in shown:
        was = quoted.get(made.offer.id)
        known = was is not None and was["complete"] and made.complete and made.total_usd is not None
        difference = (
            signed((made.total_usd or Decimal(0)) - Decimal(was["total_usd"])) if was and known else "not known"
        )
        rows.append((offer_name(made), _quoted_total(was) if was else "–", _total(made), difference))
    if news.prompted:
        rows.append(_prompting_row(news.prompted, saved))
    if payback := _payback_row(news):
        rows.append(payback)
    header = ("Offer", "As quoted", "As of today", "Difference")
    return Table(header, ("left", "right", "right", "right"), tuple(rows))


def _prompting(base: BaseEstimate) -> str:
    return f"Prompting {base.model} ({base.provider})"


def _prompting_row(base: BaseEstimate, saved: SavedEstimate) -> tuple[str, str, str, str]:
    was, now = Decimal(saved.result["base"]["total_usd"]), base.total_usd or Decimal(0)
    return (_prompting(base), money(was), money(now), signed(now - was))


def _payback_row(news: WatchChange) -> tuple[str, str, str, str] | None:
    """When it pays back, where that is not what was quoted."""
    was: Mapping[str, Any] | None = news.quoted.get("break_even")
    if was is None or news.now is None or news.now.break_even is None or was["calls"] == news.now.break_even.calls:
        return None
    quoted = "never" if was["calls"] is None else paid_back_text(was["calls"], was["date"])
    return (f"{news.name} pays back", quoted, pays_back(news.now), "–")


def _total(made: Estimate) -> str:
    return money(made.total_usd, whole=made.complete) if made.lines else "–"


def _quoted_total(was: Mapping[str, Any]) -> str:
    usd = was["total_usd"]
    return money(None if usd is None else Decimal(usd), whole=was["complete"])


def _causes(news: WatchChange, saved: SavedEstimate) -> list[str]:
    if not news.changed:
        return []
    found = [f"Of the difference to the quote: {_listed(news.why)}."] if news.why else []
    if news.lately and news.since != saved.as_of:
        found.append(f"Since {news.since}, when it was last told: {_listed(news.lately)}.")
    return found


def _listed(why: Sequence[CostCause]) -> str:
    return ", ".join(f"{reason.name} {signed(reason.usd)}" for reason in why)

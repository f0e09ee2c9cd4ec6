"""The answers about watches: the list of a user's watches, and the terms of a watch that was started."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.render.parts.escaping import escape
from bot.render.parts.money import counted
from bot.store import SavedEstimate, Watch
from bot.watches.changes import REMIND_DAYS, STEPS
from bot.watches.state import WatchState
from bot.watches.threshold import DEFAULT_THRESHOLD, Threshold


def started_text(saved: SavedEstimate, threshold: Threshold, state: WatchState, link: str) -> str:
    """Return what a watch reports, and how to end it."""
    default = " (the default; add `over 2%` or `over $50` for another)" if threshold == DEFAULT_THRESHOLD else ""
    title = escape(saved.result.featured.title if saved.result.featured else "")
    totals = f"the total of {title} or of prompting" if state.base_usd else f"the total of {title}"
    days = f"{', '.join(map(str, STEPS[:-1]))} or {STEPS[-1]} days"
    return (
        f"*`{saved.id}` is watched:* {link}. Its thread gets an alert when\n"
        f"• {totals} changes by more than {threshold.text}{default}\n"
        "• another offer becomes the cheapest, by more than that\n"
        f"• a date on which the offer ends changes, or is {days} away\n"
        f"• a deployment is billed while idle: a reminder every {REMIND_DAYS} days\n"
        f"`/ftcost unwatch {saved.id}` ends the watch."
    )


def list_text(watched: Sequence[tuple[Watch, SavedEstimate]], link: Callable[[SavedEstimate], str]) -> str:
    """Return the list of a user's watches."""
    if not watched:
        return "You don't watch any estimate. `/ftcost watch ID` starts a watch; `/ftcost list` shows the ids."
    lines = []
    for watch, saved in watched:
        alerts = f", {counted(watch.alerts, 'alert')}" if watch.alerts else ""
        lines.append(f"• `{saved.id}` over {escape(watch.over)}{alerts}: {link(saved)}")
    return "\n".join(["*You watch*", *lines])

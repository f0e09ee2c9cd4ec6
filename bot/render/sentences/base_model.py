"""What the card says of the base model: its end, its price changes, and that nobody tunes it."""

from __future__ import annotations

from bot.render.parts.short import short_day
from bot.render.sentences.verdict import has_ended, successor_month
from calculator import Comparison, base_change


def successor_figure(comparison: Comparison) -> list[tuple[str, str]]:
    """Return the cost of the base model's successor: `From 14 Jan 2027`, `$168 a month with gpt-6-luna`."""
    change = base_change(comparison)
    if change is None or change.ends is None or change.successor_monthly_usd is None:
        return []
    month = f"{successor_month(comparison)} a month with {change.successor}, at the same tokens a call"
    return [("Its successor" if has_ended(comparison) else f"From {short_day(change.ends, comparison.as_of)}", month)]


def base_changes(comparison: Comparison) -> str | None:
    """Return `GPT-4.1 mini, which you prompt today, has another price from 14 Jan 2027 on.`"""
    change = base_change(comparison)
    if change is None:
        return None
    sentences = []
    if change.price_changes:
        day = short_day(change.price_changes, comparison.as_of)
        sentences.append(f"{change.model}, which you prompt today, has another price from {day} on.")
    if change.priced_until and change.successor_monthly_usd is not None:
        day = short_day(change.priced_until, comparison.as_of)
        sentences.append(f"No price of prompting is known from {day} on: both sides are compared until then.")
    return " ".join(sentences) or None


def untuned_base(comparison: Comparison) -> str | None:
    """Return `No platform in the catalogue fine-tunes gpt-5.4-mini itself.`, unless it is among the options."""
    if not comparison.base or not comparison.context.base_is_untuned:
        return None
    if any(item.group == "same_model" for item in comparison.classes.values()):
        return None
    return f"No platform in the catalogue fine-tunes {comparison.base.model} itself."

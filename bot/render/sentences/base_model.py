"""What the card says of the base model: its end, its price changes, and that nobody tunes it."""

from __future__ import annotations

from bot.render.parts.short import short_day
from bot.render.sentences.verdict import step_month
from calculator import Comparison, base_change

MAX_STEPS = 3


def successor_figures(comparison: Comparison) -> list[tuple[str, str]]:
    """Return the cost of each successor: `From 14 Jan 2027`, `$168 a month with gpt-6-luna`."""
    same = ", at the same tokens a call"
    figures: list[tuple[str, str]] = []
    for start, model, month in successor_steps(comparison):
        figures.append((start or "Its successor", f"{month} a month with {model}{'' if figures else same}"))
    return figures


def successor_steps(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Return the first successors of the base model: `From 14 Jan 2027`, empty for today; the model; its month."""
    change = base_change(comparison)
    steps = change.steps[:MAX_STEPS] if change else ()
    return [
        (
            "" if step.starts <= comparison.as_of else f"From {short_day(step.starts, comparison.as_of)}",
            step.model,
            step_month(comparison, step),
        )
        for step in steps
    ]


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

"""The headline of a comparison and its question on one line, as plain text."""

from __future__ import annotations

from bot.render.money import money
from bot.render.tables import duration_text, figure, offer_name
from calculator import Comparison, RankGroup, customer_of, estimate_warnings


def headline(comparison: Comparison) -> str:
    """Return the sentence that answers the question."""
    best = comparison.best
    if best is None:
        return _no_answer(comparison)
    total = figure(comparison, best, "total")
    subject = offer_name(best)
    ranked = sum(1 for estimate in comparison.estimates if estimate.standing <= RankGroup.ENDS)
    return f"{subject}{' is cheapest' if ranked > 1 else ''}: {total} {duration_text(comparison, best)}."


def _no_answer(comparison: Comparison) -> str:
    if not comparison.estimates:
        return "No offer to compare."
    cheapest = comparison.estimates[0]
    name, total = offer_name(cheapest), figure(comparison, cheapest, "total")
    duration = duration_text(comparison, cheapest)
    if cheapest.standing == RankGroup.INCOMPLETE:
        part = (
            f"its known part is {money(cheapest.total_usd)} {duration}"
            if cheapest.total_usd
            else "no part of it is known"
        )
        if len(comparison.estimates) == 1:
            return f"{name} has no complete price: {part}."
        return f"No offer has a complete price. For {name}, {part}."
    if cheapest.total_usd is not None:
        return (
            f"None of these offers is open to {customer_of(comparison.scenario.customer)} customers. "
            f"With access, {name} costs {total} {duration}."
        )
    warnings = estimate_warnings(comparison, cheapest)
    return warnings[0].text if warnings else f"{name} isn't for sale."


def question(comparison: Comparison) -> str:
    """Return the scenario on one line."""
    scenario = comparison.scenario
    epochs = "epochs by each platform's rule" if scenario.epochs == "auto" else _count(scenario.epochs, "epoch")
    parts = [f"{_count(scenario.examples, 'example')} × {_count(scenario.example, 'token')} × {epochs}"]
    if str(scenario.runs) != "1":
        parts.append(f"{scenario.runs} runs")
    if scenario.calls:
        length = f" of {scenario.call} tokens" if scenario.call else ""
        parts.append(f"{_count(scenario.calls.calls, 'call')} a {scenario.calls.period}{length}")
    else:
        parts.append("no calls given")
    omitted = {"on", "examples", "example", "lengths", "epochs", "runs", "calls", "call", "currency", "name", "rates"}
    parts += [f"{key} {text}" for key, text in scenario.fields().items() if key not in omitted]
    return " · ".join(parts)


def _count(amount: object, noun: str) -> str:
    """Return `1 epoch`, `3..5 epochs`."""
    return f"{amount} {noun}{'' if str(amount) == '1' else 's'}"

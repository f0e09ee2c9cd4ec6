"""A comparison in sentences: headline, question, warnings, assumptions, changes. Plain text; escaping is the
caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from bot.render.ages import OLD, OLD_MEANS, age, age_marked
from bot.render.money import counted, money, quantity, signed
from bot.render.tables import figure, horizon, offer_name
from calculator import (
    KEYS,
    Comparison,
    Estimate,
    RankGroup,
    Warning,
    assumption_impacts,
    break_even,
    crossover,
    customer_of,
    default_text,
    estimate_assumptions,
    estimate_warnings,
    training_range,
    turning_change,
)
from pricing import Confidence, Source

# Shown first, because they cost most when overlooked.
GRAVE = (
    "not_offered",
    "does_not_fit",
    "closed",
    "closed_to_new_customers",
    "model_ends",
    "price_unknown",
    "deployment_deleted",
    "long_run",
    "idle_hosting",
    "training_ends",
)


def headline(comparison: Comparison) -> str:
    """The sentence that answers the question."""
    best = comparison.best
    if best is None:
        return _no_answer(comparison)
    total = figure(comparison, best, "total")
    subject = offer_name(best)
    ranked = sum(1 for estimate in comparison.estimates if estimate.standing <= RankGroup.ENDS)
    return f"{subject}{' is cheapest' if ranked > 1 else ''}: {total} {_span(comparison, best)}."


def _span(comparison: Comparison, estimate: Estimate) -> str:
    """`over 12 months`, or to the day on which the model ends."""
    life = estimate.offer.lifecycle
    if estimate.months < comparison.plan.months and life:
        return f"until it ends on {life.inference_ends}"
    return f"over {horizon(comparison)}"


def _no_answer(comparison: Comparison) -> str:
    if not comparison.estimates:
        return "There is no offer to compare."
    first = comparison.estimates[0]
    name, total, span = offer_name(first), figure(comparison, first, "total"), _span(comparison, first)
    if first.standing == RankGroup.INCOMPLETE:
        part = (
            f"what is known of it is {money(first.total_usd)} {span}" if first.total_usd else "nothing of it is known"
        )
        if len(comparison.estimates) == 1:
            return f"{name} has no complete price: {part}."
        return f"No offer has a complete price. Of {name}, {part}."
    if first.total_usd is not None:
        return (
            f"Nothing here is open to {customer_of(comparison.scenario.customer)} customers. "
            f"For those who have access, {name} costs {total} {span}."
        )
    warnings = estimate_warnings(comparison, first)
    return warnings[0].text if warnings else f"{offer_name(first)} is not for sale."


def question(comparison: Comparison) -> str:
    """What was asked, on one line."""
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
    shown = {"on", "examples", "example", "lengths", "epochs", "runs", "calls", "call", "currency", "name", "rates"}
    parts += [f"{key} {text}" for key, text in scenario.fields().items() if key not in shown]
    return " · ".join(parts)


def _count(amount: object, what: str) -> str:
    """`1 epoch`, `3..5 epochs`."""
    return f"{amount} {what}{'' if str(amount) == '1' else 's'}"


def warning_text(warning: Warning, *, code_of: str | None = None) -> str:
    """A warning with the money at stake."""
    stake = {
        "idle_hosting": "a month",
        "model_ends": "spent on training",
        "minimum_charge": "added",
        "job_cap": "to finish",
    }.get(warning.code)
    money_part = f" ({money(warning.usd)} {stake})" if warning.usd and stake else ""
    return f"{f'{code_of}: ' if code_of else ''}{warning.text}{money_part}"


def warnings_by_gravity(comparison: Comparison, estimate: Estimate) -> list[Warning]:
    rank = {code: place for place, code in enumerate(GRAVE)}
    return sorted(estimate_warnings(comparison, estimate), key=lambda warning: rank.get(warning.code, len(GRAVE)))


def base_sentence(comparison: Comparison) -> str | None:
    """What prompting the base model costs, beside the best tuned offer; no verdict."""
    base, best = comparison.base, comparison.best
    if base is None:
        return None
    if not base.lines:
        return f"Prompting {base.model} ({base.provider}): give calls= and call= to compare."
    if not base.complete:
        return f"Prompting {base.model} ({base.provider}): a price is unknown for calls of this length."
    text = f"Prompting {base.model} ({base.provider}) costs {money(base.monthly_usd)} a month"
    if best and best.monthly_usd is not None and base.monthly_usd is not None:
        text += f"; running {offer_name(best)} is {signed(best.monthly_usd - base.monthly_usd)} a month against that"
    return text + "."


def pays_back(comparison: Comparison, estimate: Estimate) -> str:
    """When an offer pays back against the base model, in a few words."""
    found = break_even(comparison, estimate)
    if found is None:
        return "not known"
    if found.calls is None:
        return (found.reason or "never").partition(":")[0]
    return paid_back_text(found.calls, found.day)


def paid_back_text(calls: int, day: date | str | None) -> str:
    """After so many calls, and on which day, where calls are given."""
    return f"{counted(calls, 'call')}{f', {day}' if day else ''}"


def break_even_sentences(comparison: Comparison, estimate: Estimate, *, net: bool = True) -> list[str]:
    """The break-even of one offer: when, or why never; what a call saves; what follows; what is left at the end."""
    found, base = break_even(comparison, estimate), comparison.base
    if base is None or found is None:
        return []
    beyond = f", {found.reason}" if found.reason else ""
    likely = "At the likely values " if comparison.scenario.ranged else ""
    name = f"{likely}{offer_name(estimate)}"
    if found.calls is None:
        reason = (found.reason or "never").removeprefix("never").removeprefix(": ")
        sentences = [f"{name} never pays back{f': {reason}' if reason else ''}."]
    else:
        sentences = [f"{name} pays back after {pays_back(comparison, estimate)}{beyond}."]
    if turn := turning_change(comparison, estimate):
        sentences.append(turn)
    sentences.append(f"A call costs {_less(found.saving_per_call_usd)} than with {base.model}.")
    if found.monthly_saving_usd is not None:
        month = "Each month after that" if found.calls is not None else "Each month"
        kept = any(line.component in ("hosting", "storage") and line.amount_usd for line in estimate.lines)
        with_kept = ", with hosting and storage" if kept else ""
        sentences.append(f"{month} costs {_less(found.monthly_saving_usd)}{with_kept}.")
    if found.covering_calls_per_month:
        sentences.append(f"Hosting and storage are covered from {found.covering_calls_per_month:,} calls a month.")
    if net and found.net_usd is not None:
        span = _span(comparison, estimate)
        if found.net_usd:
            side = "ahead" if found.net_usd > 0 else "behind"
            net_text = f"tuning is {money(abs(found.net_usd))} {side}, training paid."
        else:
            net_text = "tuning and prompting cost the same."
        sentences.append(f"{span[0].upper()}{span[1:]} {net_text}")
    return sentences


def _less(saving: Decimal) -> str:
    return "no less" if saving == 0 else f"{money(abs(saving))} {'less' if saving > 0 else 'more'}"


def assumptions(comparison: Comparison, estimate: Estimate) -> list[str]:
    """What the figures rest on, besides the prices."""
    plan = comparison.plan
    found = [f"{quantity(plan.days_per_month)} days a month, {horizon(comparison)}."]
    if ends := training_range(comparison, estimate):
        found.append(f"Training costs {money(ends[0])} to {money(ends[1])} in 8 of 10 cases.")
    if estimate.months % 1:
        found.append("Where a date cuts a month, it has 365/12 days.")
    if plan.growth_per_month:
        found.append(f"Calls grow by {comparison.scenario.growth.text('%')} a month, from the second month on.")
    if plan.retrain_months:
        found.append(
            f"One retraining run every {quantity(plan.retrain_months)} months inside the horizon; "
            "the monthly figure is without it."
        )
    if comparison.scenario.ranged:
        found.append(
            f"Ranges: {', '.join(comparison.scenario.ranged)}. "
            "A span runs from all of them at the cheap end to all at the dear end; percentiles are of 2,000 draws."
        )
    found += [f"{text[0].upper()}{text[1:]}." for text in estimate_assumptions(comparison, estimate)]
    return found


def price_ages(comparison: Comparison, estimate: Estimate) -> Iterator[tuple[str, Source, str]]:
    """(what for, source, age and confidence) of every price in an estimate and of the model it is held against, each
    source's items together.
    """
    groups: dict[tuple[Source, Confidence, bool], list[str]] = {}
    base = comparison.base
    prompting = [(f"Prompting {base.model}", line) for line in base.lines] if base else []
    for label, line in [*((line.label, line) for line in estimate.lines), *prompting]:
        if line.source is not None and line.price is not None:
            key = (line.source, line.price.confidence, line.price.yours)
            labels = groups.setdefault(key, [])
            if label not in labels:
                labels.append(label)
    for key, labels in groups.items():
        source, confidence, yours = key
        words = "your price" if yours else f"{confidence} confidence"
        # A contract holds as long as it says; how long ago it was typed in tells nothing.
        read = (age if yours else age_marked)(source.checked_on, comparison.as_of)
        yield (
            ", ".join(labels),
            source,
            f"{source.checked}, {read}, {words}",
        )


def mark_meaning(comparison: Comparison, estimate: Estimate) -> str:
    """What the mark of old prices means; empty where none is marked."""
    return OLD_MEANS if any(OLD in when for _, _, when in price_ages(comparison, estimate)) else ""


def notes(estimate: Estimate) -> list[str]:
    """What stands beside the prices: notes and conflicts between sources, each once."""
    found: dict[str, None] = {}
    for line in estimate.lines:
        if line.price and line.price.note:
            found[f"{line.label}: {line.price.note}"] = None
        if line.price and line.price.conflict:
            found[f"{line.label}: sources disagree: {line.price.conflict}"] = None
    return list(found)


def moves(comparison: Comparison, estimate: Estimate) -> list[str]:
    """The assumptions about one's own GPUs that would move the total most, each the other way."""
    impacts = assumption_impacts(comparison, estimate)
    return [f"{impact.change[0].upper()}{impact.change[1:]}: {signed(impact.usd)}." for impact in impacts]


def crossover_sentence(comparison: Comparison) -> str | None:
    """From how many calls a day GPUs of one's own cost less to run than the cheapest offer by the token."""
    found = crossover(comparison)
    if found is None:
        return None
    gpus, other = offer_name(found.gpus), offer_name(found.per_token)
    if found.calls_per_month is None:
        return f"At any number of calls {other}, billed by the token, costs less to run than GPUs of your own."
    a_day = counted(found.calls_per_month / comparison.plan.days_per_month, "call")
    return (
        f"From {a_day} a day on, {gpus} costs less to run than {other}, "
        "the cheapest by the token of a model not known to be smaller."
    )


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """What differs between two scenarios as text by key: `epochs 3 → 5`. The offers stand in the table, and lengths are
    a list.
    """
    named = {"on": "the offers compared", "lengths": "the lengths of the examples"}
    keys = [key for key in KEYS if old.get(key) != new.get(key)]
    return [named.get(key) or f"{key} {said(key, old)} → {said(key, new)}" for key in keys]


def said(key: str, fields: Mapping[str, str]) -> str:
    """What a scenario as text says to a key, given or by default."""
    return fields.get(key) or default_text(key) or "not given"

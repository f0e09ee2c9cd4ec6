"""Warnings about costs that are easy to overlook, derived from an estimate's inputs and line items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from calculator.costs.capacity import SECONDS_AN_HOUR, DeployedOffer, capacity_of, deployment_of, models_sharing
from calculator.costs.hosting import is_dedicated
from calculator.costs.rented_gpus import RentedGpuOffer, run_seconds
from calculator.costs.training import over_job_tokens, retrainings, retrainings_before, tokens_of_a_run
from calculator.numeric import smaller
from calculator.question.customers import customer_of
from calculator.question.resolved import ResolvedScenario
from calculator.result import Capacity, LineItem, Warning, sum_amounts
from pricing import LongFate, Method, Offer, Status

LONG_RUN_DAYS = Decimal(30)
"""Wall-clock days of one run from which a warning is given."""
_LONGER: dict[LongFate, tuple[str, str]] = {
    "cut": ("examples_truncated", "Examples are cut at {} tokens. The rest isn't trained on or billed."),
    "left out": ("examples_left_out", "Examples over {} tokens are left out. They aren't trained on or billed."),
    "unknown": (
        "examples_too_long",
        "At most {} tokens per example are accepted. The treatment of longer ones isn't published: all is counted.",
    ),
}
"""Code and sentence by the treatment of examples that are longer than a platform accepts."""


METHOD_NAMES: dict[Method, str] = {
    "lora": "supervised tuning with LoRA",
    "full": "supervised tuning of all weights",
    "qlora": "supervised tuning with QLoRA",
    "dpo": "DPO with LoRA",
    "dpo-full": "DPO of all weights",
    "rft": "reinforcement tuning",
    "cpt": "continued pre-training",
}
"""Training methods in words."""


def not_for_sale(offer: Offer, status: Status, as_of: date) -> Warning:
    """Return the warning for an offer that isn't sold, with its reason."""
    life = offer.lifecycle
    if status == "not offered":
        return Warning("not_offered", offer.why or f"{offer.platform_title} doesn't sell this.")
    if life and life.inference_ends and life.inference_ends <= as_of:
        ended = f"{offer.title} ended on {life.inference_ends}."
    elif life and life.training_ends:
        ended = f"Training {offer.title} ended on {life.training_ends}."
        if life.inference_ends:
            ended += f" Tuned models answer until {life.inference_ends}."
    else:
        return Warning("closed", offer.why or f"{offer.platform_title} no longer sells {offer.title}.")
    return Warning("closed", f"{ended} Ask with an earlier date to see what it cost.")


def method_not_sold(plan: ResolvedScenario, offer: Offer) -> Warning:
    """Return the warning for a training method that isn't sold for this model, with those that are."""
    undisclosed = offer.methods.undisclosed if offer.methods else ()
    sold = ["supervised tuning"] * bool(undisclosed)
    sold += [METHOD_NAMES[method] for method in offer.methods_sold if method not in undisclosed]
    alternatives = " and ".join((", ".join(sold[:-1]), sold[-1])) if len(sold) > 1 else "".join(sold)
    instead = f" It sells {alternatives}." if sold else ""
    method = METHOD_NAMES[plan.method] if plan.method else "tuning"
    return Warning("method_not_sold", f"{offer.platform_title} doesn't sell {method} for {offer.title}.{instead}")


def offer_warnings(
    plan: ResolvedScenario,
    offer: Offer,
    as_of: date,
    months: Decimal,
    horizon_end: date,
    epochs: Decimal,
    lines: Sequence[LineItem],
) -> Iterator[Warning]:
    """Yield the warnings of a priced estimate, the most expensive kinds first."""
    yield from _lifecycle(plan, offer, as_of, months, horizon_end, lines)
    yield from _unknown(lines)
    yield from _hosting(plan, offer, lines)
    yield from _training(plan, offer, epochs, lines)
    yield from _doubtful(lines)
    if offer.why and (offer.access == "on request" or not _is_explained_elsewhere(offer)):
        yield Warning("terms", offer.why)


def _is_explained_elsewhere(offer: Offer) -> bool:
    """Return whether another part of the answer explains the offer: its end, or that it can't be deployed."""
    life, serving = offer.lifecycle, offer.serving
    ends = life and (life.new_customers_until or life.training_ends)
    return bool(ends or offer.deployment_hours or (serving and serving.deployable))


def _lifecycle(
    plan: ResolvedScenario, offer: Offer, as_of: date, months: Decimal, horizon_end: date, lines: Sequence[LineItem]
) -> Iterator[Warning]:
    life = offer.lifecycle
    if not life:
        return
    once = sum_amounts(line.amount_usd for line in lines if line.recurrence == "once").usd
    if life.new_customers_until and not offer.trains_for(customer_of(plan.customer, offer.platform), as_of):
        yield Warning(
            "closed_to_new_customers",
            f"New customers could train until {life.new_customers_until}; "
            f"existing ones still can{_until(life.training_ends)}.",
        )
    if life.inference_ends and life.inference_ends <= horizon_end:
        days = (life.inference_ends - as_of).days
        yield Warning(
            "model_ends",
            f"The model ends on {life.inference_ends}, in {days} days, and its tuned models end with it: "
            "its own costs end that day.",
            once,
        )
    if life.training_ends and life.training_ends <= horizon_end:
        text = f"Training ends on {life.training_ends}."
        if plan.retrain_months:
            planned = retrainings_before(months, plan.retrain_months)
            possible = sum(retraining.times for retraining in retrainings(plan, offer, as_of, months))
            if possible < planned:
                text += f" Only {possible} of {planned} planned retrainings can happen."
        yield Warning("training_ends", text)
    if life.stated_status == "closing" and not (life.training_ends or life.inference_ends):
        yield Warning("closing", f"{offer.platform_title} is winding this down, without a published date.")


def _until(day: date | None) -> str:
    return f" until {day}" if day else ""


def _unknown(lines: Sequence[LineItem]) -> Iterator[Warning]:
    for line in lines:
        if line.amount_usd is None:
            if line.quantity is None and line.component == "hosting":
                text = "the model, or a call of this length and latency, doesn't fit these GPUs."
            elif line.quantity is None:
                text = "billed by the hour, and the hours are unknown. Add hours= for one run."
            elif line.price and line.price.max_call_input_tokens and line.price.usd is not None:
                text = f"the price is known up to {line.price.max_call_input_tokens:,} input tokens a call, not beyond."
            else:
                when = f"the price from {line.price.since} on" if line.price and line.price.since else "the price"
                note = f" {line.price.note}" if line.price and line.price.note else ""
                text = f"{when} isn't known.{note}"
            yield Warning("price_unknown", f"{line.label}: {text}")


def _hosting(plan: ResolvedScenario, offer: Offer, lines: Sequence[LineItem]) -> Iterator[Warning]:
    monthly = sum_amounts(
        line.monthly_usd for line in lines if line.component == "hosting" and line.monthly_quantity is not None
    ).usd
    if monthly:
        yield Warning(
            "idle_hosting",
            f"Bills while idle: up {plan.hosted_hours_per_day.normalize():f} hours a day, called or not.",
            monthly,
        )
    if monthly or not is_dedicated(plan, offer):
        yield from _capacity(plan, offer, monthly)
    if monthly:
        replica = deployment_of(offer)
        if plan.models_sharing > 1 and (replica is None or models_sharing(plan, replica) == 1):
            yield Warning(
                "adapters_apart",
                f"{offer.platform_title} isn't known to serve several tuned models of {offer.title} on one deployment: "
                f"each of the {plan.models_sharing.normalize():f} pays for its own.",
                monthly,
            )
    if offer.deployment_hours and plan.calls_per_month:
        yield Warning(
            "deployment_deleted",
            f"A deployment is deleted after {offer.deployment_hours} hours: for tests, not for production.",
        )


def _capacity(plan: ResolvedScenario, offer: Offer, monthly_usd: Decimal | None) -> Iterator[Warning]:
    """Yield how far the replicas can be relied on; nothing without calls."""
    capacity = capacity_of(plan, offer, monthly_usd)
    if capacity is None:
        return
    if capacity.carries is False:
        yield Warning("capacity_exceeded", capacity.reason or "")
    elif not is_dedicated(plan, offer):
        yield from _quota(offer, capacity)
    elif deployment_of(offer) is None:
        yield Warning(
            "capacity_not_checked",
            "Priced for one deployment. Its throughput isn't published; test it before you rely on it.",
        )
    elif not isinstance(offer, RentedGpuOffer) and not offer.sells_endpoint:
        return  # the platform's own figure
    else:
        yield Warning(
            "capacity_not_measured",
            "The calls per GPU are predicted by a model fitted to published measurements, not measured on yours. "
            "Test it before you rely on it.",
        )


def _quota(offer: Offer, capacity: Capacity) -> Iterator[Warning]:
    """Yield that the busiest hour needs more than the ordinary quota of tokens."""
    limit = offer.limit if isinstance(offer, DeployedOffer) else None
    tokens = capacity.tokens_per_minute
    if limit is None or limit.ordinary_tokens_per_minute is None or tokens is None:
        return
    if tokens > limit.ordinary_tokens_per_minute:
        yield Warning(
            "quota",
            f"The busiest hour has {tokens:,.0f} tokens a minute. {offer.platform_title}'s default quota is "
            f"{limit.ordinary_tokens_per_minute:,} a region: ask for more before you plan with it.",
        )


def _training(plan: ResolvedScenario, offer: Offer, epochs: Decimal, lines: Sequence[LineItem]) -> Iterator[Warning]:
    for line in lines:
        if line.component == "training" and line.unit == "job" and line.unit_price_usd is not None:
            if line.unit_price_usd > 0:
                yield Warning("minimum_charge", f"{line.label}: {line.formula}.", line.amount_usd)
            else:
                yield Warning(
                    "job_cap", f"{line.label}; resuming it costs the rest.", -line.unit_price_usd * (line.quantity or 0)
                )
    if isinstance(offer, RentedGpuOffer):
        yield from _long_run(plan, offer, epochs)
    yield from _file_acceptance(plan, offer)
    rules = offer.training
    if not rules:
        return
    if rules.min_examples and plan.examples < rules.min_examples:
        yield Warning("few_examples", f"{offer.platform_title} needs at least {rules.min_examples} examples.")
    elif rules.advised_examples and plan.examples < rules.advised_examples:
        yield Warning("few_examples", f"{offer.platform_title} advises at least {rules.advised_examples} examples.")
    if rules.max_examples and plan.examples > rules.max_examples:
        yield Warning("many_examples", f"{offer.platform_title} takes at most {rules.max_examples:,} examples.")
    if excess := over_job_tokens(plan, offer, epochs):
        yield Warning("many_tokens", excess)
    limit, longer = rules.max_tokens_per_example, rules.longer_examples
    longest = plan.lengths.longest if plan.lengths else plan.example_tokens
    if limit and longer and longest > limit:
        code, text = _LONGER[longer.are]
        yield Warning(code, text.format(f"{limit:,}"))
    if (rules.max_epochs and epochs > rules.max_epochs) or (rules.min_epochs and epochs < rules.min_epochs):
        yield Warning(
            "epochs_outside", f"{offer.platform_title} takes {rules.min_epochs or 1} to {rules.max_epochs} epochs."
        )


def _file_acceptance(plan: ResolvedScenario, offer: Offer) -> Iterator[Warning]:
    """Yield a warning if the platform doesn't take the counted training file as it is."""
    treatment, platform = plan.acceptance and plan.acceptance.of(offer.platform), offer.platform_title
    if treatment == "convert":
        text = f"{platform} takes a converted copy of the training file, not the file itself."
        yield Warning("file_converted", text)
    elif treatment == "mend":
        yield Warning("file_refused", f"{platform} refuses the training file until its problems are fixed.")
    elif treatment == "refuse":
        yield Warning("file_refused", f"{platform} refuses the training file; counting it says why.")


def _long_run(plan: ResolvedScenario, offer: RentedGpuOffer, epochs: Decimal) -> Iterator[Warning]:
    """Yield a warning for a run that takes more than 30 days or ends after the horizon."""
    if not offer.work:
        return
    seconds = run_seconds(plan, offer.work, tokens_of_a_run(plan, offer, epochs))
    days = (seconds / SECONDS_AN_HOUR + plan.queue_hours) / 24
    horizon = plan.months * plan.days_per_month
    if days <= smaller(horizon, LONG_RUN_DAYS):
        return
    late = f", longer than the {horizon.normalize():f} days that are priced" if days > horizon else ""
    more = f"gpus={offer.work.gpus * 2}"
    yield Warning(
        "long_run",
        f"One run takes {days:,.0f} days{late}. Use more GPUs together ({more}), a faster GPU, or fewer epochs or "
        "examples.",
    )


def _doubtful(lines: Sequence[LineItem]) -> Iterator[Warning]:
    doubtful = [line for line in lines if line.price and line.price.confidence == "low" and line.amount_usd]
    if doubtful:
        labels = ", ".join(dict.fromkeys(line.label for line in doubtful))
        usd = sum_amounts(line.amount_usd for line in doubtful).usd
        yield Warning("low_confidence", f"Prices of low confidence; check them before you sign: {labels}.", usd)

"""GPU-hour offers for one question: for each, the cheapest number of GPUs and their speed.

The search runs once, at the likely numbers and for the longest example and call. `calculator.costs.rented_gpus` then
prices every resolved scenario and draw with its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs

from calculator.costs.capacity import ServingReplica, units_needed
from calculator.costs.rented_gpus import (
    STEP_SECONDS,
    AlternativeAssumption,
    RentedGpuOffer,
    RentedTraining,
    run_seconds,
)
from calculator.costs.training import tokens_after_limit
from calculator.deployments import ServedCalls, served_calls, served_replicas
from calculator.gpu import Configuration, GpuSource, configurations, peak_memory, predict, remedies
from calculator.gpu_rental.notes import setup_notes
from calculator.gpu_rental.question import NODE, GpuQuestion, assumption, gpu_question, no_8_bit
from calculator.question.resolved import ResolvedScenario, resolve_corner
from calculator.question.scenario import YOUR_GPUS, Scenario
from calculator.serving import GROUPS
from pricing import Assumption, Catalog, Gpu, GpuFacts, GpuOffer, LongExamples, TrainingRules, price_of, question_source

SAME_MEMORY = 0.05
"""How far a GPU's memory may be from the requested one."""
DIGITS = ".9g"
"""Format of seconds per token as a Decimal: nine digits."""


class RentalSearch(NamedTuple):
    """A question about rented GPUs, with the values that all its offers share."""

    question: GpuQuestion
    likely: ResolvedScenario
    calls: ServedCalls
    tokens: Decimal
    """Training tokens of all examples and epochs, at the likely numbers."""
    facts: GpuFacts
    assumptions: Mapping[str, Assumption]
    on: date


def rented_gpu_offers(
    scenario: Scenario, offers: Iterable[GpuOffer], catalog: Catalog, on: date
) -> list[RentedGpuOffer]:
    """Return the offers of the requested GPU, each with its cheapest number of GPUs.

    Args:
        scenario: The question.
        offers: Offers by the GPU-hour.
        catalog: GPU facts and assumptions.
        on: The day whose prices apply.

    Returns:
        The offers in their order; the customer's own GPUs last, if the question gives their price.

    Raises:
        FieldErrors: A name in the scenario is unknown, or a value does not suit rented GPUs.
    """
    renting = _renting(scenario, catalog.gpus.facts, catalog.assumptions, on)
    question = renting.question
    if renting.likely.gpu_rate_usd is not None and question.gpu:
        offers = (*offers, _yours(question.gpu, question.gpus or NODE, renting.likely.gpu_rate_usd, on))
    searched: dict[tuple[str, int, tuple[int, ...]], list[Configuration]] = {}
    rented_offers = []
    for offer in offers:
        if _is_asked_for(question, renting.facts.gpus[offer.gpu]):
            counts = _counts(question, offer, renting)
            key = (offer.gpu, offer.gpus_per_node, counts)
            if key not in searched:
                searched[key] = _search(renting, offer, counts)
            rented_offers.append(_rented(renting, offer, searched[key]))
    return rented_offers


def _is_asked_for(question: GpuQuestion, gpu: Gpu) -> bool:
    """Return whether a GPU is the requested one, or one of the requested memory."""
    if question.gpu is not None:
        return gpu.name == question.gpu.name
    return question.gpu_memory is None or abs(gpu.memory_gb / question.gpu_memory - 1) < SAME_MEMORY


def _yours(gpu: Gpu, gpus: int, usd: Decimal, on: date) -> GpuOffer:
    """Return the customer's own GPUs at their price; the number given, up to a node, counts as one machine."""
    price = price_of(usd, "GPU-hour", question_source("Your own price of a GPU-hour", on), yours=True)
    return GpuOffer(
        id=YOUR_GPUS,
        platform=YOUR_GPUS,
        platform_title="Your GPUs",
        title=gpu.title,
        gpu=gpu.name,
        gpus_per_node=min(gpus, NODE),
        billed_per="second",
        prices=(price,),
    )


def _renting(scenario: Scenario, facts: GpuFacts, assumptions: Mapping[str, Assumption], on: date) -> RentalSearch:
    question = gpu_question(scenario, facts, assumptions)
    likely = resolve_corner(scenario, "likely")
    tokens = _tokens(question, likely, assumptions)
    calls = served_calls(scenario, assumptions)
    return RentalSearch(question, likely, calls, tokens, facts, assumptions, on)


def _tokens(question: GpuQuestion, likely: ResolvedScenario, assumptions: Mapping[str, Assumption]) -> Decimal:
    length = tokens_after_limit(likely, question.sequence_length, "cut")
    epochs = likely.epochs or assumptions["default_epochs"].value or Decimal(1)
    return likely.examples * length * epochs


def training_tokens(scenario: Scenario, facts: GpuFacts, assumptions: Mapping[str, Assumption]) -> Decimal:
    """Return the training tokens of all examples and epochs of a question about rented GPUs, at its likely numbers.

    Args:
        scenario: The question.
        facts: Known models, GPUs and frameworks.
        assumptions: The catalogue's, by name.

    Raises:
        FieldErrors: A name in the scenario is unknown, or a value does not suit rented GPUs.
    """
    return _tokens(gpu_question(scenario, facts, assumptions), resolve_corner(scenario, "likely"), assumptions)


def _counts(question: GpuQuestion, offer: GpuOffer, renting: RentalSearch) -> tuple[int, ...]:
    """Return the numbers of GPUs to try: all that are rented, or the smallest with at least the requested number."""
    most_gpus = max(assumption("most_gpus", renting.assumptions), 2 * (question.gpus or 1))
    counts = offer.counts(most_gpus)
    return counts if question.gpus is None else tuple(count for count in counts if count >= question.gpus)[:1]


def _search(renting: RentalSearch, offer: GpuOffer, counts: tuple[int, ...]) -> list[Configuration]:
    facts = renting.facts
    gpu = _gpu(renting, offer)
    if not renting.question.runs_on(gpu):
        return []
    job = renting.question.job(gpu, assumption("global_batch", renting.assumptions), int(renting.tokens))
    return configurations(job, [GpuSource(offer.id, gpu, None, offer.gpus_per_node, counts)], facts.physics)


def _gpu(renting: RentalSearch, offer: GpuOffer) -> Gpu:
    """Return the GPU of an offer, with the memory that the question says it has."""
    named = renting.question.gpu
    return named if named is not None and named.name == offer.gpu else renting.facts.gpus[offer.gpu]


def _rented(renting: RentalSearch, offer: GpuOffer, configurations: list[Configuration]) -> RentedGpuOffer:
    roomy = [configuration for configuration in configurations if configuration.prediction.verdict == "fits"]
    trainings = [_work(renting, offer, configuration) for configuration in roomy or configurations]
    tokens, plan = renting.tokens, renting.likely
    best = min(trainings, key=lambda work: (run_seconds(plan, work, tokens) * work.gpus, -work.gpus), default=None)
    return _offer(renting, offer, best)


def _offer(renting: RentalSearch, offer: GpuOffer, work: RentedTraining | None) -> RentedGpuOffer:
    question = renting.question
    source = question_source("Your own GPUs", renting.on)
    rules = TrainingRules(
        source=source,
        max_tokens_per_example=question.sequence_length,
        longer_examples=LongExamples(are="cut", source=source),
    )
    return RentedGpuOffer(
        id=offer.id,
        platform=offer.platform,
        platform_title=offer.platform_title,
        title=f"{work.gpus} × {offer.title}" if work else offer.title,
        model=question.model.name,
        parameters_billion=Decimal(f"{question.model.parameters_billion:{DIGITS}}"),
        training=rules,
        prices={"training": offer.usual_prices, "hosting": offer.usual_prices},
        work=work,
        deployment=_deployment(renting, offer),
        unfit=None if work else _unfit(renting, offer),
        rented_from=offer,
    )


def _work(renting: RentalSearch, offer: GpuOffer, configuration: Configuration) -> RentedTraining:
    setup, pace = configuration.prediction.setup, configuration.schedule.pace
    return RentedTraining(
        gpus=setup.gpus,
        seconds_per_token=Decimal(f"{pace.seconds_per_token.likely:{DIGITS}}"),
        low_seconds_per_token=Decimal(f"{pace.seconds_per_token.low:{DIGITS}}"),
        high_seconds_per_token=Decimal(f"{pace.seconds_per_token.high:{DIGITS}}"),
        start_seconds=Decimal(f"{pace.start_seconds:{DIGITS}}"),
        step_seconds=STEP_SECONDS[offer.billed_per or "second"],
        how=tuple(setup_notes(renting.question, configuration, offer, renting.likely)),
    )


def _deployment(renting: RentalSearch, offer: GpuOffer) -> ServingReplica | None:
    """Return the replica that serves the likely calls with the fewest GPUs, or None if the model fits on none."""
    return fewest_gpus(renting.likely, _replicas(renting, offer))


def fewest_gpus(plan: ResolvedScenario, choices: Sequence[ServingReplica]) -> ServingReplica | None:
    """Return the replica that serves the calls of a scenario with the fewest GPUs; None without a choice."""
    if not plan.hosted_hours_per_month:
        return choices[0] if choices else None
    return min(
        choices, key=lambda replica: (units_needed(plan, replica, plan.calls_per_month), replica.gpus), default=None
    )


def serving_choices(
    scenario: Scenario, rented: RentedGpuOffer, facts: GpuFacts, assumptions: Mapping[str, Assumption], on: date
) -> list[ServingReplica]:
    """Return every replica that an offer's GPUs can serve the question's calls with.

    Args:
        scenario: The question.
        rented: The offer as priced.
        facts: Known models, GPUs and frameworks.
        assumptions: The catalogue's, by name.
        on: The day whose prices apply.
    """
    return _replicas(_renting(scenario, facts, assumptions, on), rented.rented_from)


def _replicas(renting: RentalSearch, offer: GpuOffer) -> list[ServingReplica]:
    facts, question = renting.facts, renting.question
    groups = tuple(group for group in GROUPS if group <= offer.gpus_per_node)
    found = list(served_replicas(question.model, facts.gpus[offer.gpu], groups, renting.calls, facts))
    if offer.whole_nodes:
        found = [replica._replace(rented_in=offer.gpus_per_node) for replica in found]
    return found


def _unfit(renting: RentalSearch, offer: GpuOffer) -> str:
    """Return why the job does not run on an offer, and which single changes would let it."""
    question, facts = renting.question, renting.facts
    gpu = _gpu(renting, offer)
    counts = _counts(question, offer, renting)
    if not counts:
        return f"{offer.platform_title} doesn't rent {question.gpus} of these together."
    if not question.runs_on(gpu):
        return no_8_bit(gpu)
    setup = question.leanest(gpu, counts[-1], offer.gpus_per_node)
    needed, usable = peak_memory(setup, facts.physics).required_gib, predict(setup, facts.physics).usable_gib
    fixes = [words for words, changed in remedies(setup, facts.physics) if changed.gpus == setup.gpus]
    hint = f" It would fit with {' or with '.join(fixes[:2])}." if fixes else ""
    many = f"{setup.gpus} × " if setup.gpus > 1 else ""
    subject = question.subject
    subject = subject[0].upper() + subject[1:] if question.model.interpolated else subject
    return f"{subject} doesn't fit {many}{gpu.title}: it needs {needed:,.0f} of {usable:,.0f} GiB a GPU.{hint}"


def alternatives(
    scenario: Scenario, rented: RentedGpuOffer, facts: GpuFacts, assumptions: Mapping[str, Assumption], on: date
) -> Iterator[AlternativeAssumption]:
    """Yield the offer with one assumption changed at a time.

    Args:
        scenario: The question.
        rented: The offer as priced.
        facts: Known models, GPUs and frameworks.
        assumptions: The catalogue's, by name.
        on: The day whose prices apply.

    Yields:
        Offers priced anew; none if the job does not fit.
    """
    offer, work = rented.rented_from, rented.work
    if work is None:
        return
    renting = _renting(scenario, facts, assumptions, on)
    question = renting.question

    def reprice(changed: GpuQuestion) -> RentedGpuOffer:
        alternative = renting._replace(question=replace(changed, gpus=work.gpus))
        return _rented(alternative, offer, _search(alternative, offer, (work.gpus,)))

    other_stack = "eager" if question.stack != "eager" else "optimised"
    yield AlternativeAssumption(f"software stack {other_stack}", reprice(question.on_stack(other_stack, facts)))  # type: ignore[arg-type]
    yield AlternativeAssumption(
        "training at the slow end of 8 of 10 cases",
        _offer(renting, offer, work._replace(seconds_per_token=work.high_seconds_per_token)),
    )
    yield AlternativeAssumption("one example a sequence, padded", reprice(replace(question, packed=False)))
    hour = work._replace(start_seconds=work.start_seconds + 3_600)
    yield AlternativeAssumption("one hour more of rented time a run", _offer(renting, offer, hour))
    current = _offer(renting, offer, work)
    if current.deployment:
        twice = current.deployment._replace(peak_factor=2 * (renting.likely.peak or current.deployment.peak_factor))
        yield AlternativeAssumption("twice the calls at the busiest time", structs.replace(current, deployment=twice))

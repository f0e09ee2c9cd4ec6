"""The fit of a training job: memory of one GPU by part, remedies, the fewest GPUs and the cheapest offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from calculator.costs.capacity import SECONDS_AN_HOUR
from calculator.costs.rented_gpus import RentedGpuOffer, run_seconds
from calculator.errors import FieldErrors
from calculator.gpu import (
    GIB,
    Configuration,
    GpuSource,
    Interval,
    Prediction,
    configurations,
    fewest,
    predict,
    remedies,
    schedule,
    shard,
)
from calculator.gpu_rental.question import NODE, GpuQuestion, assumption, gpu_question, no_8_bit
from calculator.gpu_rental.search import rented_gpu_offers, training_tokens
from calculator.question.resolved import resolve_corner
from calculator.question.scenario import Scenario
from pricing import Catalog, Gpu, GpuFacts, GpuPhysics, StackClass

STACKS: tuple[StackClass, ...] = ("eager", "optimised")
CHEAPEST = 3
MANY_GPUS = (128, 256, 512)
"""Numbers of GPUs that are tried where the usual ones are too few."""


class FittingOffer(NamedTuple):
    """An offer on which the job fits, and the cost of a run."""

    offer: RentedGpuOffer
    usd_per_gpu_hour: Decimal
    usd: Decimal
    """US dollars of a run, with start-up, evaluation and checkpoints."""
    low_usd: Decimal
    """The low end of 8 of 10 cases."""
    high_usd: Decimal


class TrainingRun(NamedTuple):
    """A run of the question's examples."""

    prediction: Prediction
    """On the requested GPUs, or on the fewest on which the job fits."""
    tokens: Decimal
    """Training tokens of all epochs."""
    hours: Interval
    """Wall-clock hours, with start-up, evaluation and checkpoints."""


class FitReport(NamedTuple):
    """The fit of a training job on a GPU."""

    question: GpuQuestion
    gpu: Gpu
    prediction: Prediction
    """On the requested number of GPUs, or the fewest on which the job fits; the leanest setup if it fits on none."""
    parts: tuple[tuple[str, float], ...]
    """GiB of one GPU, by part."""
    stacks: Mapping[StackClass, Prediction]
    """The same job on plain and on optimised software; one of them if the framework is named."""
    copy_gib: float
    """Memory of a GPU if each held a whole copy, GiB."""
    remedies: tuple[str, ...]
    """Single changes that would make the job fit."""
    fewest: Prediction | None
    """The fewest of this GPU on which the job surely fits, else may fit; None without any."""
    fewest_tight: int | None
    """Fewer of this GPU, on which the job may fit; None without any."""
    smallest: Gpu | None
    """The GPU with the least memory that surely holds the job alone; None if none does, or the question names a GPU."""
    run: TrainingRun | None
    """None if the job fits on no number of these GPUs."""
    cheapest: tuple[FittingOffer, ...]
    """At most three offers of as many of these GPUs as the run has; with `gpu_rate`, the asker's own alone."""
    offered: int
    """Offers of this GPU by the hour, whether the job fits on them or not."""


def fit(scenario: Scenario, catalog: Catalog, on: date) -> FitReport:
    """Return whether a training job fits on a GPU, and the cheapest offers on which it does.

    Args:
        scenario: The question; its `gpu` and `gpus` may be left open.
        catalog: Offers, GPU facts and assumptions.
        on: The day whose prices apply.

    Returns:
        The report, for the requested GPU, else for the GPU of the cheapest offer.

    Raises:
        FieldErrors: A name in the scenario is unknown, or a value does not suit rented GPUs.
    """
    question = gpu_question(scenario, catalog.gpus.facts, catalog.assumptions)
    facts = catalog.gpus.facts
    gpu = question.gpu or _cheapest_gpu(scenario, question, catalog, on)
    if not question.runs_on(gpu):
        raise FieldErrors({"stack": f"{no_8_bit(gpu)} Write stack=optimised, or name another GPU."})
    counts = _powers(max(assumption("most_gpus", catalog.assumptions), question.gpus or 1))
    batch = assumption("global_batch", catalog.assumptions)

    def configurations_on(job: GpuQuestion, counts: tuple[int, ...]) -> list[Configuration]:
        places = [GpuSource(gpu.name, gpu, None, NODE, counts)] if job.runs_on(gpu) else []
        # The number of tokens doesn't change the fewest GPUs.
        return configurations(job.job(gpu, batch, dataset_tokens=0), places, facts.physics)

    def predict_on(job: GpuQuestion, counts: tuple[int, ...]) -> Prediction | None:
        best = fewest(configurations_on(job, counts))
        return best.prediction if best else None

    def predict_leanest(job: GpuQuestion) -> Prediction:
        return predict(job.leanest(gpu, job.gpus or 1), facts.physics)

    def predict_job(job: GpuQuestion) -> Prediction:
        asked = ((job.gpus,),) if job.gpus else (counts, MANY_GPUS)
        return next(filter(None, (predict_on(job, numbers) for numbers in asked)), None) or predict_leanest(job)

    candidates = configurations_on(question, counts) or configurations_on(question, MANY_GPUS)
    best = fewest(candidates)
    least = best.prediction if best else None
    least_gpus = min((configuration.prediction.setup.gpus for configuration in candidates), default=None)
    requested = (predict_on(question, (question.gpus,)) if question.gpus else least) or predict_leanest(question)
    stacks = {question.stack: requested}
    if not scenario.framework:
        for stack in STACKS:
            if stack not in stacks:
                stacks[stack] = predict_job(question.on_stack(stack, facts))
    run = _run(scenario, requested if requested.fits else least, catalog)
    offers = _offers(scenario, run, gpu, catalog, on)
    memory = requested.memory
    parts = (
        ("Weights", memory.weights),
        ("Gradients", memory.gradients),
        ("Optimiser", memory.optimiser),
        ("Activations", memory.activations),
        ("Logits", memory.logits),
        ("Overhead", memory.overhead),
    )
    return FitReport(
        question=question,
        gpu=gpu,
        prediction=requested,
        parts=tuple((name, size_bytes / GIB) for name, size_bytes in parts),
        stacks=stacks,
        copy_gib=_copy_gib(requested, facts.physics),
        remedies=tuple(words for words, _ in remedies(requested.setup, facts.physics)),
        fewest=least,
        fewest_tight=least_gpus if least and least_gpus and least_gpus < least.setup.gpus else None,
        smallest=None if question.gpu else _smallest(question, facts),
        run=run,
        cheapest=tuple(_cheapest(scenario, offers, catalog, on)[:CHEAPEST]),
        offered=len(offers),
    )


def _smallest(question: GpuQuestion, facts: GpuFacts) -> Gpu | None:
    gpus = (gpu for gpu in facts.gpus.values() if question.runs_on(gpu))
    holding = (gpu for gpu in gpus if predict(question.leanest(gpu, 1), facts.physics).verdict == "fits")
    return min(holding, key=lambda gpu: (gpu.memory_gb, gpu.name), default=None)


def _copy_gib(prediction: Prediction, physics: GpuPhysics) -> float:
    whole = shard(prediction.setup, "none")
    return predict(whole, physics).memory.required_gib


def _cheapest_gpu(scenario: Scenario, question: GpuQuestion, catalog: Catalog, on: date) -> Gpu:
    """Return the GPU of the cheapest offer for a question that names none, else the one with the nearest memory."""
    gpus = catalog.gpus.facts.gpus
    offers = rented_gpu_offers(scenario, catalog.gpus.offers.values(), catalog, on)
    if rented := _cheapest(scenario, offers, catalog, on):
        return gpus[rented[0].offer.rented_from.gpu]
    size = question.gpu_memory or max(candidate.memory_gb for candidate in gpus.values())
    return min(gpus.values(), key=lambda candidate: abs(candidate.memory_gb - size))


def _run(scenario: Scenario, prediction: Prediction | None, catalog: Catalog) -> TrainingRun | None:
    if prediction is None:
        return None
    facts = catalog.gpus.facts
    tokens = training_tokens(scenario, facts, catalog.assumptions)
    hours = schedule(prediction, facts.physics, dataset_tokens=int(tokens)).wall_hours
    return TrainingRun(prediction, tokens, hours)


def _offers(scenario: Scenario, run: TrainingRun | None, gpu: Gpu, catalog: Catalog, on: date) -> list[RentedGpuOffer]:
    """Return the offers of as many GPUs as a run has: the asker's own if their price is given, else the catalogue's."""
    asked = replace(scenario, gpu=gpu.name, gpus=run.prediction.setup.gpus if run else scenario.gpus)
    catalogued = () if scenario.gpu_rate else catalog.gpus.offers.values()
    return rented_gpu_offers(asked, catalogued, catalog, on)


def _cheapest(scenario: Scenario, rented: Sequence[RentedGpuOffer], catalog: Catalog, on: date) -> list[FittingOffer]:
    """Return the offers with a known price on which the job fits, the cheapest run first."""
    plan = resolve_corner(scenario, "likely")
    tokens = training_tokens(scenario, catalog.gpus.facts, catalog.assumptions)
    fitting = []
    for offer in rented:
        price = offer.rented_from.price_on(on)
        if offer.work and price and price.usd is not None:
            work = offer.work
            bounds = (work.seconds_per_token, work.low_seconds_per_token, work.high_seconds_per_token)
            each = work.gpus * price.usd / SECONDS_AN_HOUR
            usd = (each * run_seconds(plan, work, tokens, bound) for bound in bounds)
            fitting.append(FittingOffer(offer, price.usd, *usd))
    return sorted(fitting, key=lambda candidate: (candidate.usd, candidate.offer.id))


def _powers(limit: int) -> tuple[int, ...]:
    return tuple(1 << exponent for exponent in range(limit.bit_length()))

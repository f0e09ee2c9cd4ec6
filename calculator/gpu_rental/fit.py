"""The fit of a training job: memory of one GPU by part, remedies, the fewest GPUs and the cheapest offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.capacity import SECONDS_AN_HOUR
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.errors import FieldErrors
from calculator.gpu import GIB, Configuration, GpuSource, Prediction, configurations, fewest, predict, remedies, shard
from calculator.gpu_rental.question import NODE, GpuQuestion, assumption, gpu_question, no_8_bit
from calculator.gpu_rental.search import rented_gpu_offers
from calculator.question.scenario import Scenario
from pricing import Catalog, Gpu, GpuPhysics, StackClass

STACKS: tuple[StackClass, ...] = ("eager", "optimised")
MILLION = Decimal(1_000_000)
CHEAPEST = 3


class FittingOffer(NamedTuple):
    """An offer on which the job fits."""

    offer: RentedGpuOffer
    usd_per_million_tokens: Decimal
    """US dollars of training on 1M tokens, with evaluation, without start-up."""
    low_usd: Decimal
    """The low end of 8 of 10 cases."""
    high_usd: Decimal


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
    cheapest: tuple[FittingOffer, ...]
    """At most three offers, of any GPU or of the requested one."""
    offered: int
    """Offers by the hour, of any GPU or of the requested one, whether the job fits on them or not."""


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
    offers = rented_gpu_offers(scenario, catalog.gpus.offers.values(), catalog, on)
    rented = _cheapest(offers, catalog, on)
    if question.gpu is not None:
        gpu = question.gpu
        if not question.runs_on(gpu):
            raise FieldErrors({"stack": f"{no_8_bit(gpu)} Write stack=optimised, or name another GPU."})
    elif rented:
        gpu = facts.gpus[catalog.gpus.offers[rented[0].offer.id].gpu]
    else:
        size = question.gpu_memory or max(candidate.memory_gb for candidate in facts.gpus.values())
        gpu = min(facts.gpus.values(), key=lambda candidate: abs(candidate.memory_gb - size))
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
        return predict_on(job, (job.gpus,) if job.gpus else counts) or predict_leanest(job)

    candidates = configurations_on(question, counts)
    best = fewest(candidates)
    least = best.prediction if best else None
    least_gpus = min((configuration.prediction.setup.gpus for configuration in candidates), default=None)
    requested = (predict_on(question, (question.gpus,)) if question.gpus else least) or predict_leanest(question)
    stacks = {question.stack: requested}
    if not scenario.framework:
        for stack in STACKS:
            if stack not in stacks:
                stacks[stack] = predict_job(question.on_stack(stack, facts))
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
        cheapest=tuple(rented[:CHEAPEST]),
        offered=len(offers),
    )


def _copy_gib(prediction: Prediction, physics: GpuPhysics) -> float:
    whole = shard(prediction.setup, "none")
    return predict(whole, physics).memory.required_gib


def _cheapest(rented: Sequence[RentedGpuOffer], catalog: Catalog, on: date) -> list[FittingOffer]:
    """Return the offers with a known price on which the job fits, the cheapest per million tokens first."""
    offers = []
    for offer in rented:
        price = catalog.gpus.offers[offer.id].price_on(on)
        if offer.work and price and price.usd is not None:
            work, each = offer.work, offer.work.gpus * MILLION / SECONDS_AN_HOUR * price.usd
            seconds = (work.seconds_per_token, work.low_seconds_per_token, work.high_seconds_per_token)
            offers.append(FittingOffer(offer, *(each * second for second in seconds)))
    return sorted(offers, key=lambda candidate: (candidate.usd_per_million_tokens, candidate.offer.id))


def _powers(limit: int) -> tuple[int, ...]:
    return tuple(1 << exponent for exponent in range(limit.bit_length()))

"""The fit of a training job: memory of one GPU by part, remedies, the fewest GPUs and the cheapest offers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from calculator.costs.capacity import SECONDS_AN_HOUR
from calculator.costs.rented_gpus import RentedGpuOffer
from calculator.gpu import GIB, GpuSource, Prediction, TrainingJob, configurations, fewest, predict, remedies
from calculator.gpu_rental.question import GpuQuestion, assumption, gpu_question
from calculator.gpu_rental.search import NODE, rented_gpu_offers
from calculator.question.resolved import resolve_corner
from calculator.question.scenario import Scenario
from pricing import Catalog, Gpu

MILLION = Decimal(1_000_000)
CHEAPEST = 3


class FittingOffer(NamedTuple):
    """An offer on which the job fits."""

    offer: RentedGpuOffer
    usd_per_million_tokens: Decimal
    """US dollars of training on 1M tokens, with evaluation, without start-up."""


class FitReport(NamedTuple):
    """The fit of a training job on a GPU."""

    question: GpuQuestion
    gpu: Gpu
    prediction: Prediction
    """On the requested number of GPUs, or the fewest on which the job fits; the leanest setup if it fits on none."""
    parts: tuple[tuple[str, float], ...]
    """GiB of one GPU, by part."""
    remedies: tuple[str, ...]
    """Single changes that would make the job fit."""
    fewest: Prediction | None
    """The fewest of this GPU on which the job fits; None if it fits on no number that was tried."""
    cheapest: tuple[FittingOffer, ...]
    """At most three offers, of any GPU or of the requested one."""


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
    rented = _cheapest(scenario, catalog, on)
    if question.gpu is not None:
        gpu = question.gpu
    elif rented:
        gpu = facts.gpus[catalog.gpus.offers[rented[0].offer.id].gpu]
    else:
        gpu = max(facts.gpus.values(), key=lambda candidate: candidate.memory_gb)
    counts = _powers(max(assumption("most_gpus", catalog.assumptions), question.gpus or 1))
    batch = assumption("global_batch", catalog.assumptions)
    job = TrainingJob(question.setup(gpu), batch, dataset_tokens=int(resolve_corner(scenario, "likely").examples))

    def predict_on(counts: tuple[int, ...]) -> Prediction | None:
        usable = question.stack != "fp8" or gpu.fp8_tflops is not None
        places = [GpuSource(gpu.name, gpu, None, NODE, counts)] if usable else []
        best = fewest(configurations(job, places, facts.physics))
        return best.prediction if best else None

    least = predict_on(counts)
    requested = predict_on((question.gpus,)) if question.gpus else least
    if requested is None:
        count = question.gpus or 1
        lean = replace(question.setup(gpu), gpus=count, sharding="zero3" if count > 1 else "none", checkpointing="full")
        requested = predict(lean, facts.physics)
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
        remedies=tuple(words for words, _ in remedies(requested.setup, facts.physics)),
        fewest=least,
        cheapest=tuple(rented[:CHEAPEST]),
    )


def _cheapest(scenario: Scenario, catalog: Catalog, on: date) -> list[FittingOffer]:
    """Return the offers with a known price on which the job fits, the cheapest per million tokens first."""
    offers = []
    for offer in rented_gpu_offers(scenario, catalog.gpus.offers.values(), catalog, on):
        price = catalog.gpus.offers[offer.id].price_on(on)
        if offer.work and price and price.usd is not None:
            hours = offer.work.gpus * offer.work.seconds_per_token * MILLION / SECONDS_AN_HOUR
            offers.append(FittingOffer(offer, hours * price.usd))
    return sorted(offers, key=lambda candidate: (candidate.usd_per_million_tokens, candidate.offer.id))


def _powers(limit: int) -> tuple[int, ...]:
    return tuple(1 << exponent for exponent in range(limit.bit_length()))

"""The fewest and the cheapest GPUs for a job: micro-batch, checkpointing and sharding chosen for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from calculator.gpu.memory import peak_memory
from calculator.gpu.prediction import Prediction, predict, usable_gib
from calculator.gpu.schedule import Schedule, schedule
from calculator.gpu.setup import Checkpointing, Setup, Sharding
from pricing import Gpu, GpuPhysics

MAX_MICRO_BATCH = 64


@dataclass(frozen=True, slots=True)
class GpuSource:
    """Where GPUs can be had: whole numbers of them that may be rented together."""

    id: str
    gpu: Gpu
    usd_per_gpu_hour: Decimal | None
    """None: the price is not known."""
    gpus_per_node: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """What is to be trained."""

    setup: Setup
    """Model, method, sequence and stack; its GPUs, sharding, checkpointing and micro-batch are chosen anew."""
    global_batch: int
    """Sequences of one optimiser step."""
    dataset_tokens: float
    epochs: float = 1.0
    runs: float = 1.0


@dataclass(frozen=True, slots=True)
class Configuration:
    """The best way to run the job on some GPUs of a place."""

    place: GpuSource
    prediction: Prediction
    schedule: Schedule

    @property
    def usd(self) -> Decimal | None:
        """At the likely hours; None where the price is not known."""
        if self.place.usd_per_gpu_hour is None:
            return None
        return self.place.usd_per_gpu_hour * Decimal(f"{self.schedule.gpu_hours.likely:.6f}")


def configurations(job: TrainingJob, places: Iterable[GpuSource], physics: GpuPhysics) -> list[Configuration]:
    """For every place and count on which the job fits, its fastest configuration; nothing where it fits nowhere."""
    configurations = []
    for place in places:
        whole = True  # a copy of the model fits on one GPU, as far as is known; more GPUs do not change that
        for count in sorted(place.counts):
            tried = list(_candidates(job, place, count, whole, physics))
            whole = any(setup.sharding == "none" for setup in tried)
            best = max(
                (predict(setup, physics) for setup in tried),
                key=lambda prediction: prediction.tokens_per_second.likely,
                default=None,
            )
            if best is not None:
                hours = schedule(best, physics, dataset_tokens=job.dataset_tokens, epochs=job.epochs, runs=job.runs)
                configurations.append(Configuration(place, best, hours))
    return configurations


def fewest(configurations: Iterable[Configuration]) -> Configuration | None:
    """The one with the fewest GPUs, the fastest of them."""
    return min(
        configurations,
        key=lambda configuration: (
            configuration.prediction.setup.gpus,
            configuration.schedule.wall_hours.likely,
            configuration.place.id,
        ),
        default=None,
    )


def cheapest(configurations: Iterable[Configuration]) -> Configuration | None:
    """The one that costs least, of those whose price is known."""
    priced = [(configuration.usd, configuration) for configuration in configurations]
    known_costs = [(usd, configuration) for usd, configuration in priced if usd is not None]
    return min(known_costs, key=lambda pair: (pair[0], pair[1].place.id), default=(None, None))[1]


def _candidates(job: TrainingJob, place: GpuSource, count: int, whole: bool, physics: GpuPhysics) -> Iterator[Setup]:
    """The largest micro-batch that fits, for every sharding and checkpointing worth trying."""
    shardings: tuple[Sharding, ...] = ("none",) if count == 1 else ("none", "zero2", "zero3")
    if job.setup.method != "full" and count > 1:
        shardings = ("none", "zero3")  # there is little to shard but the weights
    if not whole:
        shardings = shardings[1:]
    checkpointing_modes: tuple[Checkpointing, ...] = ("none", "full")
    most_sequences = max(1, min(MAX_MICRO_BATCH, job.global_batch // count))
    for sharding in shardings:
        fitted = False
        for checkpointing in checkpointing_modes:
            base = replace(
                job.setup,
                gpu=place.gpu,
                gpus=count,
                gpus_per_node=place.gpus_per_node,
                sharding=sharding,
                checkpointing=checkpointing,
                tensor_parallel=1,
                pipeline_parallel=1,
                context_parallel=1,
            )
            setup = _largest_micro_batch(base, most_sequences, job.global_batch, physics)
            if setup is not None:
                fitted = True
                yield setup
                if setup.micro_batch == most_sequences or setup.peak_tokens >= physics.enough_tokens:
                    break  # checkpointing would only add work
        if fitted and sharding == "none":
            return  # sharding would only add communication


def _largest_micro_batch(base: Setup, most_sequences: int, global_batch: int, physics: GpuPhysics) -> Setup | None:
    """Powers of two up to `most`, found from what one more sequence costs; None where not even one fits."""
    usable = usable_gib(base, physics)

    def sized(micro_batch: int) -> Setup:
        steps = max(1, global_batch // (micro_batch * base.gpus))
        return replace(base, micro_batch=micro_batch, grad_accumulation=steps)

    smallest = sized(1)
    needed = peak_memory(smallest, physics).required_gib
    if needed > usable:
        return None
    if most_sequences == 1:
        return smallest
    largest = sized(most_sequences)
    at_most = peak_memory(largest, physics).required_gib
    if at_most <= usable:
        return largest
    each = (at_most - needed) / (most_sequences - 1)
    micro_batch = 1 << max(0, (int((usable - needed) / each) + 1).bit_length() - 1)
    while micro_batch > 1:
        setup = sized(micro_batch)
        if peak_memory(setup, physics).required_gib <= usable:
            return setup
        micro_batch //= 2
    return smallest

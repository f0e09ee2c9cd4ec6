"""The fewest and the cheapest GPUs for a job: micro-batch, checkpointing and sharding chosen for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from calculator.gpu.memory import peak_memory
from calculator.gpu.prediction import Prediction, highest_gib, predict, usable_gib
from calculator.gpu.schedule import Schedule, schedule
from calculator.gpu.setup import Checkpointing, Setup, Sharding, shard
from pricing import Gpu, GpuPhysics

MAX_MICRO_BATCH = 64


@dataclass(frozen=True, slots=True)
class GpuSource:
    """A source of GPUs: a type, and the numbers of them that can be rented together."""

    id: str
    gpu: Gpu
    usd_per_gpu_hour: Decimal | None
    """US dollars; None if the price is unknown."""
    gpus_per_node: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """A job to place on GPUs."""

    setup: Setup
    """Model, method, sequence and stack; the search chooses GPUs, sharding, checkpointing and micro-batch."""
    global_batch: int
    """Sequences of one optimiser step."""
    dataset_tokens: float
    epochs: float = 1.0
    runs: float = 1.0
    micro_batch: int | None = None
    """Sequences of a micro-batch; None for the largest that fits."""
    checkpointing: Checkpointing | None = None
    """None for the fastest that fits."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The fastest way to run a job on a number of GPUs of one source."""

    place: GpuSource
    prediction: Prediction
    schedule: Schedule

    @property
    def usd(self) -> Decimal | None:
        """Cost at the likely hours, US dollars; None if the price is unknown."""
        if self.place.usd_per_gpu_hour is None:
            return None
        return self.place.usd_per_gpu_hour * Decimal(f"{self.schedule.gpu_hours.likely:.6f}")


def configurations(job: TrainingJob, places: Iterable[GpuSource], physics: GpuPhysics) -> list[Configuration]:
    """Return the fastest configuration for every source and number of GPUs on which the job fits.

    Args:
        job: The job.
        places: Sources of GPUs.
        physics: The fitted constants.

    Returns:
        Configurations in the order of sources, then of GPUs; empty if the job fits nowhere.
    """
    configurations = []
    for place in places:
        whole = True  # assume that a copy of the model fits on one GPU; more GPUs don't change that
        for count in sorted(place.counts):
            setups = list(_candidates(job, place, count, whole, physics))
            whole = any(setup.sharding == "none" for setup in setups)
            best = max(
                (predict(setup, physics) for setup in setups),
                key=lambda prediction: (prediction.verdict == "fits", prediction.tokens_per_second.likely),
                default=None,
            )
            if best is not None:
                hours = schedule(best, physics, dataset_tokens=job.dataset_tokens, epochs=job.epochs, runs=job.runs)
                configurations.append(Configuration(place, best, hours))
    return configurations


def fewest(configurations: Iterable[Configuration]) -> Configuration | None:
    """Return the configuration with the fewest GPUs on which the job surely fits, and among equals the fastest.

    Where memory is tight on every number of GPUs, the fewest of these.

    Args:
        configurations: Results of `configurations`.

    Returns:
        None without configurations.
    """
    return min(
        configurations,
        key=lambda configuration: (
            configuration.prediction.verdict != "fits",
            configuration.prediction.setup.gpus,
            configuration.schedule.wall_hours.likely,
            configuration.place.id,
        ),
        default=None,
    )


def cheapest(configurations: Iterable[Configuration]) -> Configuration | None:
    """Return the configuration with the lowest cost.

    Args:
        configurations: Results of `configurations`.

    Returns:
        None if no configuration has a known price.
    """
    priced = [(configuration.usd, configuration) for configuration in configurations]
    known_costs = [(usd, configuration) for usd, configuration in priced if usd is not None]
    return min(known_costs, key=lambda pair: (pair[0], pair[1].place.id), default=(None, None))[1]


def _candidates(job: TrainingJob, place: GpuSource, count: int, whole: bool, physics: GpuPhysics) -> Iterator[Setup]:
    """Yield the largest micro-batch that fits, for every sharding and checkpointing worth trying."""
    shardings: tuple[Sharding, ...] = ("none",) if count == 1 else ("none", "zero2", "zero3")
    if job.setup.method != "full" and count > 1:
        shardings = (
            "none",
            "zero3",
        )  # gradients and optimiser states of adapters are small: shard the weights or nothing
    if not whole:
        shardings = shardings[1:]
    parallel = job.setup.tensor_parallel * job.setup.context_parallel
    if count % parallel or job.setup.expert_parallel > count:
        return
    checkpointing_modes: tuple[Checkpointing, ...] = (job.checkpointing,) if job.checkpointing else ("none", "full")
    most_sequences = max(1, min(MAX_MICRO_BATCH, job.global_batch * parallel // count))
    for sharding in shardings:
        surely = False
        for checkpointing in checkpointing_modes:
            base = replace(
                shard(job.setup, sharding),
                gpu=place.gpu,
                gpus=count,
                gpus_per_node=place.gpus_per_node,
                checkpointing=checkpointing,
            )
            setup = (
                _given_micro_batch(base, job.micro_batch, job.global_batch, physics)
                if job.micro_batch
                else _largest_micro_batch(base, most_sequences, job.global_batch, physics)
            )
            if setup is None:
                continue
            yield setup
            if predict(setup, physics).verdict == "fits":
                surely = True
                if setup.micro_batch == most_sequences or setup.peak_tokens >= physics.enough_tokens:
                    break  # checkpointing would only add work
        if surely and sharding == "none":
            return  # sharding would only add communication


def _sized(base: Setup, micro_batch: int, global_batch: int) -> Setup:
    copies = max(1, base.gpus // (base.tensor_parallel * base.context_parallel))
    steps = max(1, global_batch // (micro_batch * copies))
    return replace(base, micro_batch=micro_batch, grad_accumulation=steps)


def _given_micro_batch(base: Setup, micro_batch: int, global_batch: int, physics: GpuPhysics) -> Setup | None:
    setup = _sized(base, micro_batch, global_batch)
    return setup if predict(setup, physics).fits else None


def _largest_micro_batch(base: Setup, most_sequences: int, global_batch: int, physics: GpuPhysics) -> Setup | None:
    """Return the setup with the largest micro-batch whose peak surely fits, a power of two.

    One sequence may be tight. The search starts at the size that the memory of one more sequence suggests.

    Returns:
        None if not even one sequence fits.
    """
    usable = usable_gib(base, physics)

    def highest(setup: Setup) -> float:
        return highest_gib(setup, peak_memory(setup, physics), physics)

    smallest = _sized(base, 1, global_batch)
    if peak_memory(smallest, physics).required_gib > usable:
        return None
    needed = highest(smallest)
    if most_sequences == 1 or needed > usable:
        return smallest
    largest = _sized(base, most_sequences, global_batch)
    at_most = highest(largest)
    if at_most <= usable:
        return largest
    each = (at_most - needed) / (most_sequences - 1)
    micro_batch = 1 << max(0, (int((usable - needed) / each) + 1).bit_length() - 1)
    while micro_batch > 1:
        setup = _sized(base, micro_batch, global_batch)
        if highest(setup) <= usable:
            return setup
        micro_batch //= 2
    return smallest

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
                key=lambda prediction: prediction.tokens_per_second.likely,
                default=None,
            )
            if best is not None:
                hours = schedule(best, physics, dataset_tokens=job.dataset_tokens, epochs=job.epochs, runs=job.runs)
                configurations.append(Configuration(place, best, hours))
    return configurations


def fewest(configurations: Iterable[Configuration]) -> Configuration | None:
    """Return the configuration with the fewest GPUs, and among equals the fastest.

    Args:
        configurations: Results of `configurations`.

    Returns:
        None without configurations.
    """
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
    """Return the setup with the largest micro-batch that fits, a power of two; None if not even one sequence fits.

    The search starts at the size that the memory of one more sequence suggests.
    """
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

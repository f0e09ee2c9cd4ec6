"""How long a job takes and how many GPU-hours that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calculator.gpu.prediction import Interval, Prediction
from calculator.gpu.setup import Setup
from calculator.numeric import wall_seconds
from pricing import GpuPhysics

SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class TrainingRate:
    """How a job goes forward, whatever its length."""

    seconds_per_token: Interval
    """Wall clock of all GPUs together for each real token, with padding, evaluation and checkpoints."""
    start_seconds: float
    """Before the first token."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One job, all its runs."""

    pace: TrainingRate
    wall_hours: Interval
    """Of one run, with start-up, evaluation and checkpoints."""
    gpu_hours: Interval
    """Of all runs and GPUs."""


def padding_factor(micro_batch: int, mean_length: float, sequence_length: int, physics: GpuPhysics) -> float:
    """Tokens computed for each real token where sequences are not packed: the longest of a micro-batch sets the length
    of all, up to the full sequence.
    """
    return max(1.0, min(math.pow(micro_batch, physics.padding_power), sequence_length / mean_length))


def startup_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Processes, checkpoint into memory, first batches and compilation."""
    load = 2e-9 * setup.model.parameters / physics.load_gb_s
    return physics.startup_seconds + load + (physics.compile_seconds if setup.compiled else 0.0)


def evaluation_factor(gpus: int, physics: GpuPhysics) -> float:
    """Wall clock over training time: evaluation and checkpoints, a larger share where training is shorter."""
    if gpus < physics.many_gpus:
        return physics.wall_factor_few
    return physics.wall_factor_many


def pace(prediction: Prediction, physics: GpuPhysics) -> TrainingRate:
    """Of a setup, from its tokens a second."""
    setup = prediction.setup
    computed = 1.0
    if not setup.packed and setup.mean_length:
        computed = padding_factor(setup.micro_batch, setup.mean_length, setup.sequence_length, physics)
    slower = computed * evaluation_factor(setup.gpus, physics)
    return TrainingRate(prediction.tokens_per_second.inverted(slower), startup_seconds(setup, physics))


def schedule(
    prediction: Prediction, physics: GpuPhysics, *, dataset_tokens: float, epochs: float = 1.0, runs: float = 1.0
) -> Schedule:
    """Hours of a job over `dataset_tokens` real tokens, `epochs` passes, `runs` times over."""
    training_pace = pace(prediction, physics)
    each, start = training_pace.seconds_per_token, training_pace.start_seconds
    tokens = dataset_tokens * epochs
    wall = Interval(
        wall_seconds(tokens, each.low, start) / SECONDS_AN_HOUR,
        wall_seconds(tokens, each.likely, start) / SECONDS_AN_HOUR,
        wall_seconds(tokens, each.high, start) / SECONDS_AN_HOUR,
    )
    return Schedule(training_pace, wall, wall.scaled(prediction.setup.gpus * runs))

"""Wall-clock time and GPU-hours of a training job."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calculator.gpu.intervals import Interval
from calculator.gpu.prediction import Prediction
from calculator.gpu.setup import Setup
from calculator.numeric import wall_seconds
from pricing import GpuPhysics

SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class TrainingRate:
    """Speed of a job, independent of its length."""

    seconds_per_token: Interval
    """Wall-clock seconds of all GPUs together per real token, with padding, evaluation and checkpoints."""
    start_seconds: float
    """Seconds of each run before the first token."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours of a training job."""

    pace: TrainingRate
    wall_hours: Interval
    """Hours of one run, with start-up, evaluation and checkpoints."""
    gpu_hours: Interval
    """GPU-hours of all runs and GPUs."""


def padding_factor(micro_batch: int, mean_length: float, sequence_length: int, physics: GpuPhysics) -> float:
    """Return the computed tokens per real token if sequences are not packed.

    The longest sequence of a micro-batch sets the length of all.

    Args:
        micro_batch: Sequences in a micro-batch.
        mean_length: Tokens of an average sequence.
        sequence_length: Tokens of a full sequence, which bounds the padding.
        physics: The fitted constants.

    Returns:
        A factor of at least 1.
    """
    return max(1.0, min(math.pow(micro_batch, physics.padding_power), sequence_length / mean_length))


def startup_seconds(setup: Setup, physics: GpuPhysics) -> float:
    """Return the seconds of starting processes, loading the checkpoint, the first batches and compilation."""
    load = 2e-9 * setup.model.parameters / physics.load_gb_s
    return physics.startup_seconds + load + (physics.compile_seconds if setup.compiled else 0.0)


def evaluation_factor(gpus: int, physics: GpuPhysics) -> float:
    """Return wall-clock time over training time: evaluation and checkpoints, a larger share of short trainings."""
    if gpus < physics.many_gpus:
        return physics.wall_factor_few
    return physics.wall_factor_many


def pace(prediction: Prediction, physics: GpuPhysics) -> TrainingRate:
    """Return the speed of a job from its setup's tokens a second.

    Args:
        prediction: Speed of the setup.
        physics: The fitted constants.
    """
    setup = prediction.setup
    computed = 1.0
    if not setup.packed and setup.mean_length:
        computed = padding_factor(setup.micro_batch, setup.mean_length, setup.sequence_length, physics)
    slower = computed * evaluation_factor(setup.gpus, physics)
    return TrainingRate(prediction.tokens_per_second.inverted(slower), startup_seconds(setup, physics))


def schedule(
    prediction: Prediction, physics: GpuPhysics, *, dataset_tokens: float, epochs: float = 1.0, runs: float = 1.0
) -> Schedule:
    """Return the hours of a job.

    Args:
        prediction: Speed of the setup.
        physics: The fitted constants.
        dataset_tokens: Real tokens of one pass over the data, without padding.
        epochs: Passes over the data.
        runs: Repetitions of the whole job.
    """
    training_pace = pace(prediction, physics)
    each, start = training_pace.seconds_per_token, training_pace.start_seconds
    tokens = dataset_tokens * epochs
    wall = Interval(
        wall_seconds(tokens, each.low, start) / SECONDS_AN_HOUR,
        wall_seconds(tokens, each.likely, start) / SECONDS_AN_HOUR,
        wall_seconds(tokens, each.high, start) / SECONDS_AN_HOUR,
    )
    return Schedule(training_pace, wall, wall.scaled(prediction.setup.gpus * runs))

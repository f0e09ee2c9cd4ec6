"""Memory, speed and GPU-hours of tuning a model on GPUs; the equations are in docs/gpu.md."""

from calculator.gpu.intervals import Interval, unknowns
from calculator.gpu.memory import GIB, Memory, peak_memory
from calculator.gpu.names import find_framework, interpolated_mixture, interpolated_shape
from calculator.gpu.prediction import Prediction, Verdict, predict, remedies, usable_gib
from calculator.gpu.schedule import Schedule, TrainingRate, pace, padding_factor, schedule
from calculator.gpu.search import Configuration, GpuSource, TrainingJob, cheapest, configurations, fewest
from calculator.gpu.setup import (
    ALL_LINEAR,
    Checkpointing,
    Offload,
    Optimiser,
    Precision,
    Quantisation,
    Setup,
    Sharding,
    Target,
    TuningMethod,
    shard,
)
from calculator.gpu.speed import MicroStep, micro_step

__all__ = [
    "ALL_LINEAR",
    "GIB",
    "Checkpointing",
    "Configuration",
    "GpuSource",
    "Interval",
    "Memory",
    "MicroStep",
    "Offload",
    "Optimiser",
    "Precision",
    "Prediction",
    "Quantisation",
    "Schedule",
    "Setup",
    "Sharding",
    "Target",
    "TrainingJob",
    "TrainingRate",
    "TuningMethod",
    "Verdict",
    "cheapest",
    "configurations",
    "fewest",
    "find_framework",
    "interpolated_mixture",
    "interpolated_shape",
    "micro_step",
    "pace",
    "padding_factor",
    "peak_memory",
    "predict",
    "remedies",
    "schedule",
    "shard",
    "unknowns",
    "usable_gib",
]

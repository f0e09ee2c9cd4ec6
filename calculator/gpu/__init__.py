"""What it takes to tune a model on one's own GPUs."""

from calculator.gpu.memory import GIB, Memory, peak_memory
from calculator.gpu.names import find_framework, find_gpu, find_model, interpolated_mixture, interpolated_shape
from calculator.gpu.prediction import Prediction, Range, predict, remedies, usable_gib
from calculator.gpu.schedule import Pace, Schedule, pace, padding_factor, schedule
from calculator.gpu.search import Found, Job, Place, cheapest, configurations, fewest
from calculator.gpu.serving import Call, Replica, replicas
from calculator.gpu.setup import (
    ALL_LINEAR,
    Checkpointing,
    Optimiser,
    Precision,
    Quantisation,
    Setup,
    Sharding,
    Target,
    TuningMethod,
)
from calculator.gpu.speed import MicroStep, micro_step

__all__ = [
    "ALL_LINEAR",
    "GIB",
    "Call",
    "Checkpointing",
    "Found",
    "Job",
    "Memory",
    "MicroStep",
    "Optimiser",
    "Pace",
    "Place",
    "Precision",
    "Prediction",
    "Quantisation",
    "Range",
    "Replica",
    "Schedule",
    "Setup",
    "Sharding",
    "Target",
    "TuningMethod",
    "cheapest",
    "configurations",
    "fewest",
    "find_framework",
    "find_gpu",
    "find_model",
    "interpolated_mixture",
    "interpolated_shape",
    "micro_step",
    "pace",
    "padding_factor",
    "peak_memory",
    "predict",
    "remedies",
    "replicas",
    "schedule",
    "usable_gib",
]

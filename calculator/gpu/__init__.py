"""What it takes to tune a model on one's own GPUs."""

from calculator.gpu.memory import GIB, Memory, peak_memory
from calculator.gpu.names import find_framework, find_gpu, find_model, interpolated_shape
from calculator.gpu.prediction import Prediction, Range, predict, remedies, usable_gib
from calculator.gpu.schedule import Schedule, padding_factor, schedule
from calculator.gpu.search import Found, Job, Place, cheapest, configurations, fewest
from calculator.gpu.serving import Serving, Traffic, serving
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
    "Checkpointing",
    "Found",
    "Job",
    "Memory",
    "MicroStep",
    "Optimiser",
    "Place",
    "Precision",
    "Prediction",
    "Quantisation",
    "Range",
    "Schedule",
    "Serving",
    "Setup",
    "Sharding",
    "Target",
    "Traffic",
    "TuningMethod",
    "cheapest",
    "configurations",
    "fewest",
    "find_framework",
    "find_gpu",
    "find_model",
    "interpolated_shape",
    "micro_step",
    "padding_factor",
    "peak_memory",
    "predict",
    "remedies",
    "schedule",
    "serving",
    "usable_gib",
]

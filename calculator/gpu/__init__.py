"""What it takes to tune a model on one's own GPUs."""

from calculator.gpu.memory import GIB, Memory, peak_memory
from calculator.gpu.names import find_framework, find_gpu, find_model, interpolated_shape
from calculator.gpu.prediction import Prediction, Range, predict, remedies, usable_gib
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
    trained_parameters,
)
from calculator.gpu.speed import MicroStep, micro_step

__all__ = [
    "ALL_LINEAR",
    "GIB",
    "Checkpointing",
    "Memory",
    "MicroStep",
    "Optimiser",
    "Precision",
    "Prediction",
    "Quantisation",
    "Range",
    "Setup",
    "Sharding",
    "Target",
    "TuningMethod",
    "find_framework",
    "find_gpu",
    "find_model",
    "interpolated_shape",
    "micro_step",
    "peak_memory",
    "predict",
    "remedies",
    "trained_parameters",
    "usable_gib",
]

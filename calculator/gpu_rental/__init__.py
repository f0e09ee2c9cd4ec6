"""GPUs rented by the hour: which ones fit, how many, and for how long."""

from calculator.gpu_rental.fit import FitReport, FittingOffer, TrainingRun, fit
from calculator.gpu_rental.question import METHODS, GpuQuestion

__all__ = [
    "METHODS",
    "FitReport",
    "FittingOffer",
    "GpuQuestion",
    "TrainingRun",
    "fit",
]

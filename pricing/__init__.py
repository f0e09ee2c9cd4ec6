"""Facts with sources: what every platform charges, since when, and who says so. Imports nothing of ours."""

from pricing.catalog import BaseModels, BasePrice, Catalog, UnknownName
from pricing.gpu import Framework, Gpu, GpuFacts, Link, Loss, ModelShape, StackClass, StateRecipe
from pricing.gpu_offer import GpuOffer
from pricing.gpu_physics import GpuConstant, GpuPhysics
from pricing.load import PriceFileError, load_catalog
from pricing.load_gpu import load_gpu_facts, load_gpu_offers
from pricing.offer import Assumption, EpochRule, Lifecycle, Offer, Price, Source, Tier, TrainingRules
from pricing.vocabulary import Confidence, Customer, Method, PriceKind, Status, Unit

__all__ = [
    "Assumption",
    "BaseModels",
    "BasePrice",
    "Catalog",
    "Confidence",
    "Customer",
    "EpochRule",
    "Framework",
    "Gpu",
    "GpuConstant",
    "GpuFacts",
    "GpuOffer",
    "GpuPhysics",
    "Lifecycle",
    "Link",
    "Loss",
    "Method",
    "ModelShape",
    "Offer",
    "Price",
    "PriceFileError",
    "PriceKind",
    "Source",
    "StackClass",
    "StateRecipe",
    "Status",
    "Tier",
    "TrainingRules",
    "Unit",
    "UnknownName",
    "load_catalog",
    "load_gpu_facts",
    "load_gpu_offers",
]

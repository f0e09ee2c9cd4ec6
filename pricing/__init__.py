"""Facts with sources: what every platform charges, since when, and who says so. Imports nothing of ours."""

from pricing.bills import BilledPart, BillLayout, BillRules, BillUnit, Side, load_bill_rules
from pricing.catalog import BaseModels, BasePrice, Catalog, UnknownName
from pricing.datasets import (
    AS_IT_IS,
    ENCODINGS,
    DatasetRules,
    Encoding,
    Format,
    Overhead,
    PlatformFormats,
    load_dataset_rules,
)
from pricing.files import PriceFileError
from pricing.gpu import Framework, Gpu, GpuFacts, Link, Loss, ModelShape, StackClass, StateRecipe
from pricing.gpu_offer import BillingStep, GpuCatalog, GpuOffer
from pricing.gpu_physics import GpuConstant, GpuPhysics
from pricing.load import load_catalog
from pricing.load_gpu import load_gpu_facts, load_gpu_offers
from pricing.offer import (
    Assumption,
    EpochRule,
    Lifecycle,
    LongExamples,
    Offer,
    Price,
    Source,
    Tier,
    TrainingRules,
    given_source,
    price_of,
)
from pricing.vocabulary import OLD_DAYS, Confidence, Customer, LongFate, Method, PriceKind, Status, Unit

__all__ = [
    "AS_IT_IS",
    "ENCODINGS",
    "OLD_DAYS",
    "Assumption",
    "BaseModels",
    "BasePrice",
    "BillLayout",
    "BillRules",
    "BillUnit",
    "BilledPart",
    "BillingStep",
    "Catalog",
    "Confidence",
    "Customer",
    "DatasetRules",
    "Encoding",
    "EpochRule",
    "Format",
    "Framework",
    "Gpu",
    "GpuCatalog",
    "GpuConstant",
    "GpuFacts",
    "GpuOffer",
    "GpuPhysics",
    "Lifecycle",
    "Link",
    "LongExamples",
    "LongFate",
    "Loss",
    "Method",
    "ModelShape",
    "Offer",
    "Overhead",
    "PlatformFormats",
    "Price",
    "PriceFileError",
    "PriceKind",
    "Side",
    "Source",
    "StackClass",
    "StateRecipe",
    "Status",
    "Tier",
    "TrainingRules",
    "Unit",
    "UnknownName",
    "given_source",
    "load_bill_rules",
    "load_catalog",
    "load_dataset_rules",
    "load_gpu_facts",
    "load_gpu_offers",
    "price_of",
]

"""Facts with sources: what every platform charges, since when, and who says so. Imports nothing of ours."""

from pricing.catalog import BaseModels, BasePrice, Catalog, UnknownName
from pricing.load import PriceFileError, load_catalog
from pricing.offer import (
    Assumption,
    EpochRule,
    Lifecycle,
    Offer,
    Price,
    Source,
    Tier,
    TrainingRules,
    given_source,
    price_of,
)
from pricing.vocabulary import OLD_DAYS, Confidence, Customer, Method, PriceKind, Status, Unit

__all__ = [
    "OLD_DAYS",
    "Assumption",
    "BaseModels",
    "BasePrice",
    "Catalog",
    "Confidence",
    "Customer",
    "EpochRule",
    "Lifecycle",
    "Method",
    "Offer",
    "Price",
    "PriceFileError",
    "PriceKind",
    "Source",
    "Status",
    "Tier",
    "TrainingRules",
    "Unit",
    "UnknownName",
    "given_source",
    "load_catalog",
    "price_of",
]

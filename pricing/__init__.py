"""Prices and facts of fine-tuning platforms, each with its source and date. Imports no other package of ftcost."""

from pricing.bills import BilledPart, BillLayout, BillRules, BillUnit, Side, load_bill_rules
from pricing.capability.gaps import capability_gaps
from pricing.capability.load import ChecksByModel, load_capability, load_capability_checks
from pricing.capability.names import fold_model_name
from pricing.capability.records import (
    Band,
    ExampleFloor,
    Feature,
    Licence,
    Measure,
    ModelCapability,
    PublishedSource,
    Scale,
    Task,
    TunedResult,
)
from pricing.capability.table import CapabilityTable, Scales
from pricing.catalog import BaseModels, BasePrice, Catalog, NotSoldName, UnknownName
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
from pricing.files.records import PriceFileError
from pricing.files.strict_yaml import YamlError, read_yaml, read_yaml_text
from pricing.gpu.facts import AttentionKernel, Framework, Gpu, GpuFacts, Link, Loss, ModelShape, StackClass, StateRecipe
from pricing.gpu.load import load_gpu_facts, load_gpu_offers
from pricing.gpu.names import is_gpu_qualifier, known_gpu, known_model, resolve_gpu, resolve_model
from pricing.gpu.offers import BillingStep, GpuCatalog, GpuOffer
from pricing.gpu.physics import GpuConstant, GpuPhysics
from pricing.gpu.serving import ServingPhysics
from pricing.http_client import (
    BoundedClient,
    BoundedResponse,
    HttpConnectionError,
    HttpError,
    HttpSizeError,
    HttpStatusError,
    ResponseFormat,
    same_origin,
)
from pricing.load import load_catalog
from pricing.names.index import NameKind, NameResolution
from pricing.names.spans import NameSpan, name_spans
from pricing.not_sold import NotSold
from pricing.offer import Offer
from pricing.overview import ages_table, holes_table, overview
from pricing.price import Assumption, Price, Source, Tier, price_of, question_source
from pricing.prompt_caching import CachingRule, caching_rule, load_caching_rules
from pricing.terms import (
    EpochRule,
    Lifecycle,
    LongExamples,
    MethodTerms,
    RateLimit,
    ServingTerms,
    TrainingRules,
)
from pricing.vocabulary import (
    OLD_DAYS,
    Confidence,
    Customer,
    Deployable,
    LongFate,
    Method,
    PriceKind,
    ServingUse,
    Status,
    Unit,
)

__all__ = [
    "AS_IT_IS",
    "ENCODINGS",
    "OLD_DAYS",
    "Assumption",
    "AttentionKernel",
    "Band",
    "BaseModels",
    "BasePrice",
    "BillLayout",
    "BillRules",
    "BillUnit",
    "BilledPart",
    "BillingStep",
    "BoundedClient",
    "BoundedResponse",
    "CachingRule",
    "CapabilityTable",
    "Catalog",
    "ChecksByModel",
    "Confidence",
    "Customer",
    "DatasetRules",
    "Deployable",
    "Encoding",
    "EpochRule",
    "ExampleFloor",
    "Feature",
    "Format",
    "Framework",
    "Gpu",
    "GpuCatalog",
    "GpuConstant",
    "GpuFacts",
    "GpuOffer",
    "GpuPhysics",
    "HttpConnectionError",
    "HttpError",
    "HttpSizeError",
    "HttpStatusError",
    "Licence",
    "Lifecycle",
    "Link",
    "LongExamples",
    "LongFate",
    "Loss",
    "Measure",
    "Method",
    "MethodTerms",
    "ModelCapability",
    "ModelShape",
    "NameKind",
    "NameResolution",
    "NameSpan",
    "NotSold",
    "NotSoldName",
    "Offer",
    "Overhead",
    "PlatformFormats",
    "Price",
    "PriceFileError",
    "PriceKind",
    "PublishedSource",
    "RateLimit",
    "ResponseFormat",
    "Scale",
    "Scales",
    "ServingPhysics",
    "ServingTerms",
    "ServingUse",
    "Side",
    "Source",
    "StackClass",
    "StateRecipe",
    "Status",
    "Task",
    "Tier",
    "TrainingRules",
    "TunedResult",
    "Unit",
    "UnknownName",
    "YamlError",
    "ages_table",
    "caching_rule",
    "capability_gaps",
    "fold_model_name",
    "holes_table",
    "is_gpu_qualifier",
    "known_gpu",
    "known_model",
    "load_bill_rules",
    "load_caching_rules",
    "load_capability",
    "load_capability_checks",
    "load_catalog",
    "load_dataset_rules",
    "load_gpu_facts",
    "load_gpu_offers",
    "name_spans",
    "overview",
    "price_of",
    "question_source",
    "read_yaml",
    "read_yaml_text",
    "resolve_gpu",
    "resolve_model",
    "same_origin",
]

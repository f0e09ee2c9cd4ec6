"""The vocabulary of price files: units, kinds of prices, amounts and dates."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pricing.files.record import Limits, TextReader

Confidence = Literal["high", "medium", "low"]
Status = Literal["open", "closing", "closed", "not offered"]
Method = Literal["lora", "full", "qlora", "dpo", "dpo-full", "rft", "cpt"]
"""Supervised tuning with LoRA, of all weights, with QLoRA; preference pairs with LoRA, of all weights; reinforcement
tuning; continued pre-training.
"""
ServingUse = Literal["production", "testing", "training"]
"""The use that the inference prices are sold for. testing: trials and internal tools with little traffic; training:
rollouts and sampling during training, so never calls of the tuned model.
"""
Deployable = Literal["yes", "no", "unknown"]
"""Whether the platform serves the tuned model."""
Output = Literal["text", "labels"]
"""The answer of a tuned model: text, or one of the labels that it was trained on, as a classifier gives."""
Access = Literal["open", "on request"]
"""The access to training: open to all, or on request, which the platform grants one by one as in a preview."""
Customer = Literal["new", "existing"]
LongFate = Literal["cut", "left out", "unknown"]
"""How a platform handles examples over its limit; unknown: it doesn't say."""
Unit = Literal[
    "1M tokens", "call", "hour", "GPU-hour", "GPU-second", "unit-hour", "model-month", "GB-month", "job"
]  # what `usd` is the price of
PriceKind = Literal[
    "training",
    "input",
    "cached_input",
    "output",
    "batch_input",
    "batch_cached_input",
    "batch_output",
    "call",
    "hosting",
    "provisioned",
    "model_storage",
    "data_storage",
    "minimum",
    "cap",
]

UNITS_OF_KIND: dict[str, tuple[Unit, ...]] = {
    "training": ("1M tokens", "hour", "GPU-hour", "GPU-second"),
    "call": ("call",),
    "hosting": ("hour", "GPU-hour"),
    "provisioned": ("unit-hour",),
    "model_storage": ("model-month",),
    "data_storage": ("GB-month",),
    "minimum": ("job",),
    "cap": ("job",),
}
TOKEN_KINDS = ("input", "cached_input", "output", "batch_input", "batch_cached_input", "batch_output")

# A price read longer ago is marked wherever it is shown.
OLD_DAYS = 90

# Above these a price is a typing error rather than a price (a per-token rate read as per 1M, a cent read as a dollar).
MAX_PLAUSIBLE_USD: dict[str, Decimal] = {
    "1M tokens": Decimal(1_000),
    "call": Decimal(10),
    "hour": Decimal(1_000),
    "GPU-hour": Decimal(200),
    "GPU-second": Decimal("0.06"),
    "unit-hour": Decimal(1_000),
    "model-month": Decimal(10_000),
    "GB-month": Decimal(100),
    "job": Decimal(100_000),
}

_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE]-?\d{1,2})?", re.ASCII)
_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def _usd(value: Any) -> Any:
    """Return a plain decimal number; None for `unknown`. It reads text, so that no price is ever a float."""
    if value is None or isinstance(value, Decimal):
        return value
    if value == "unknown":
        return None
    if isinstance(value, float):
        raise ValueError("write the price as text, not as a float")
    text = str(value)
    if re.fullmatch(r"-[\d.]+|[-+]?(inf(inity)?|nan)", text, re.IGNORECASE):
        raise ValueError(f"{value!r} isn't a price; write a number from 0 up, or: unknown")
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{value!r} isn't a price; write a number of US dollars such as 0.25, or: unknown")
    return Decimal(text)


def _day(value: Any) -> Any:
    """Return a full date. A number of seconds, which pydantic would take, is an error here."""
    if value is None or isinstance(value, date):
        return value
    text = str(value)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(f"{text!r} isn't a date; write 2026-11-21")
    return date.fromisoformat(text)


def _partial_date(value: Any) -> str:
    text = str(value)
    if not _PARTIAL_DATE.fullmatch(text):
        raise ValueError(f"{text!r} isn't a date; write 2026-11-21, 2026-11 or 2026")
    if len(text) == 10:
        date.fromisoformat(text)
    return text


Usd = Annotated[
    Decimal | None,
    TextReader(
        _usd,
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^([0-9]*\.?[0-9]+|unknown)$"}]},
    ),
]
PartialDate = Annotated[
    str,
    TextReader(_partial_date, {"type": ["string", "integer"], "description": "2026-11-21, 2026-11 or 2026"}),
]
Day = Annotated[date, TextReader(_day)]
Count = Annotated[int, Limits(gt=0)]

"""Offers: the prices and rules of one model on one platform. Frozen, dated, sourced; no I/O.

The same models read the YAML files (`load.py`), make the JSON Schema for editors (`schema.py`) and are what the
calculator reads.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, model_validator

from pricing.vocabulary import (
    MAX_PLAUSIBLE_USD,
    TOKEN_KINDS,
    UNITS_OF_KIND,
    Confidence,
    Count,
    Customer,
    Day,
    LongFate,
    Method,
    PartialDate,
    PriceKind,
    Status,
    Unit,
    Usd,
)


def _source(value: Any, info: ValidationInfo) -> Any:
    """Return the source that a price names by key, from the `sources` in the validation context."""
    if not isinstance(value, str):
        return value
    sources: dict[str, Source] = (info.context or {}).get("sources", {})
    if value not in sources:
        raise ValueError(
            f"{value!r} isn't a source of this file; add it under sources, or use one of {sorted(sources)}"
        )
    return sources[value]


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Source(Record):
    """The origin of a number, and the day it was checked."""

    title: str = Field(min_length=1, max_length=200)
    url: str | None = Field(default=None, pattern=r"^https?://\S+$", max_length=500)
    """An address to check it at; for a second-hand reading, the platform's own page. Required in the catalogue."""
    checked: PartialDate
    """The day the source was read or published; a month or a year if the day is unknown."""
    kind: str | None = None
    """How it was read: API snapshot, stored copy of the page, third-party reading, contract…"""

    @property
    def checked_on(self) -> date:
        """Return the earliest day that `checked` can mean, so that no age is understated."""
        year, month, day = ([int(part) for part in self.checked.split("-")] + [1, 1])[:3]
        return date(year, month, day)


SourceRef = Annotated[
    Source, BeforeValidator(_source), WithJsonSchema({"type": "string", "description": "a key of sources"})
]


class Assumption(Record):
    """A number that the calculator needs and no platform publishes."""

    value: Usd
    why: str
    source: SourceRef


class Tier(Record):
    """One step of a graduated price: `usd` per unit up to `up_to` tokens a month (the last step has none)."""

    usd: Usd
    up_to: int | None = Field(default=None, gt=0)


class Price(Record):
    """US dollars per unit, with source and date. `usd` is None, never zero, if the price is unknown."""

    usd: Usd = None
    per: Unit
    source: SourceRef
    confidence: Confidence
    since: Day | None = None
    """The first day on which the price holds; None: since before the first record."""
    method: Method | None = None
    """Training only: the method that this price buys (SFT with LoRA: lora; SFT of all weights: full; preference pairs:
    dpo).
    """
    variant: str | None = None
    """A price on other terms (a commitment, data sharing); listed, and not used in an estimate."""
    tiers: tuple[Tier, ...] = ()
    """Graduated by tokens a month, instead of `usd`."""
    units_per_deployment: int = Field(default=1, ge=1, le=64)
    """GPUs or units that one deployment needs, for hosting and provisioned prices."""
    max_call_input_tokens: int | None = Field(default=None, gt=0)
    """The price holds for calls up to this many input tokens; beyond it is unknown."""
    note: str | None = None
    conflict: str | None = None
    """The figure of another source, if sources disagree."""
    meter: str | None = None
    """The platform's own name of the meter."""
    yours: bool = False
    """From the organisation's own price folder. Set by the loader."""

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Price:
        limit = MAX_PLAUSIBLE_USD[self.per]
        for usd in (self.usd, *(tier.usd for tier in self.tiers)):
            # Only a file, which is read with its sources as context, is held to the limit; a question isn't.
            if usd is not None and usd > limit and info.context is not None:
                raise ValueError(f"${usd} per {self.per} is implausible (over ${limit}); check the unit")
        if "usd" not in self.model_fields_set and not self.tiers:
            raise ValueError("usd is missing; write a number of US dollars, or: unknown")
        if self.tiers:
            if self.usd is not None:
                raise ValueError("give either usd or tiers, not both")
            bounds = [tier.up_to for tier in self.tiers]
            inner = [bound for bound in bounds[:-1] if bound is not None]
            if bounds[-1] is not None or len(inner) != len(bounds) - 1 or inner != sorted(set(inner)):
                raise ValueError("tiers need rising up_to bounds, and none on the last")
            if any(tier.usd is None for tier in self.tiers):
                raise ValueError("a tier needs a price; write usd: unknown instead of tiers if it isn't known")
        return self

    @property
    def known(self) -> bool:
        """Return whether a price is on record."""
        return self.usd is not None or bool(self.tiers)


def question_source(title: str, day: date) -> Source:
    """Return the source of a value that a question states.

    Args:
        title: How the source is shown.
        day: The date of the question.
    """
    return Source(title=title, url=None, checked=day.isoformat(), kind="given in the question")


def price_of(
    usd: Decimal, per: Unit, source: Source, *, yours: bool = False, max_call_input_tokens: int | None = None
) -> Price:
    """Return a price that isn't from a file, such as one stated in a question. It isn't validated.

    Args:
        usd: US dollars per `per`.
        per: The unit.
        source: The origin of the price.
        yours: Whether it is the organisation's own.
        max_call_input_tokens: The price holds for calls up to this many input tokens.
    """
    return Price.model_construct(
        usd=usd, per=per, source=source, confidence="high", yours=yours, max_call_input_tokens=max_call_input_tokens
    )


class EpochRule(Record):
    """A rule for the number of epochs: a default, changed so that examples × epochs stays within bounds."""

    default: int = Field(ge=1)
    min_total_examples: Count | None = None
    max_total_examples: Count | None = None
    max_epochs: Count = 25


class LongExamples(Record):
    """The handling of examples over `max_tokens_per_example`."""

    are: LongFate
    """cut: trained on and billed up to the limit; left out: neither; unknown: all their tokens are counted."""
    source: SourceRef
    note: str | None = None


class TrainingRules(Record):
    """The tokens that a platform bills for training, and the limits of what it accepts."""

    billed: str = "tokens of the examples × epochs"
    """The rule in words."""
    source: SourceRef
    auto_epochs: EpochRule | None = None
    """The meaning of `epochs=auto`; None if the platform publishes no rule."""
    auto_epochs_note: str | None = None
    min_epochs: Count | None = None
    max_epochs: Count | None = None
    min_examples: Count | None = None
    advised_examples: Count | None = None
    max_examples: Count | None = None
    max_tokens_per_example: Count | None = None
    longer_examples: LongExamples | None = None
    """Goes with `max_tokens_per_example`."""
    note: str | None = None

    @model_validator(mode="after")
    def _check(self) -> TrainingRules:
        if (self.max_tokens_per_example is None) != (self.longer_examples is None):
            raise ValueError(
                "max_tokens_per_example and longer_examples belong together; add the missing one, "
                "such as longer_examples: {are: unknown, source: …}"
            )
        return self


class Lifecycle(Record):
    """The last days of training and inference. Days are inclusive for training, exclusive for inference."""

    source: SourceRef
    new_customers_until: Day | None = None
    """Last day on which a new customer may train."""
    training_ends: Day | None = None
    """Last day on which anyone may train."""
    inference_ends: Day | None = None
    """The day on which tuned models stop answering."""
    stated_status: Status | None = None
    """For platforms that announce no date, and for models that aren't offered."""
    note: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Lifecycle:
        if self.training_ends and self.inference_ends and self.training_ends > self.inference_ends:
            raise ValueError("training_ends is later than inference_ends")
        if self.training_ends and self.new_customers_until and self.new_customers_until > self.training_ends:
            raise ValueError("new_customers_until is later than training_ends")
        return self


class Offer(Record):
    """One model on one platform. `id` is platform/model or platform/model@variant."""

    id: str = Field(pattern=r"^[a-z0-9-]+/[a-z0-9.-]+(@[a-z0-9-]+)?$|^your-rates$", max_length=80)
    platform: str
    platform_title: str
    title: str
    model: str
    """The platform's own name of the model."""
    aliases: tuple[str, ...] = ()
    parameters_billion: Decimal | None = Field(default=None, gt=0)
    training: TrainingRules | None = None
    lifecycle: Lifecycle | None = None
    nearest: str | None = None
    """The offer to suggest instead of one that has ended or isn't offered."""
    why: str | None = None
    """One sentence that a buyer must know, such as why the offer can't be bought or what its tier lacks."""
    deployment_hours: Count | None = None
    """A deployment is deleted after this many hours."""
    prices: dict[PriceKind, tuple[Price, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check(self) -> Offer:
        for kind, prices in self.prices.items():
            allowed = UNITS_OF_KIND.get(kind, ("1M tokens",))
            keys: set[tuple[Any, ...]] = set()
            for price in prices:
                if price.per not in allowed:
                    raise ValueError(f"{kind} is priced per {' or '.join(allowed)}, not per {price.per}")
                if price.method and kind != "training":
                    raise ValueError(f"{kind} cannot have a method: only training is priced by method")
                if price.tiers and kind not in TOKEN_KINDS:
                    raise ValueError(f"{kind} cannot have tiers: only token prices are graduated by monthly volume")
                key = (price.method, price.variant, price.since)
                if key in keys:
                    raise ValueError(
                        f"{kind} has two prices since {price.since or 'ever'}; give the later one its own date"
                    )
                keys.add(key)
        return self

    @cached_property
    def _histories(self) -> dict[PriceKind | tuple[PriceKind, Method], tuple[Price, ...]]:
        rows: dict[PriceKind | tuple[PriceKind, Method], list[Price]] = {}
        for kind, prices in self.prices.items():
            for price in sorted(prices, key=lambda price: price.since or date.min):
                if price.variant is None:
                    rows.setdefault((kind, price.method) if price.method else kind, []).append(price)
        return {key: tuple(history) for key, history in rows.items()}

    def history(self, kind: PriceKind, method: Method | None = None) -> tuple[Price, ...]:
        """Return the prices of one kind on standard terms, oldest first; of training, those of one method."""
        return self._histories.get((kind, method) if method else kind, ())

    @cached_property
    def methods(self) -> tuple[Method, ...]:
        """Return the training methods with a separate price, in the file's order; empty if there is no choice."""
        return tuple(dict.fromkeys(price.method for price in self.prices.get("training", ()) if price.method))

    @cached_property
    def sells_calls(self) -> bool:
        """Return whether calls of the tuned model are billed by token or by call."""
        return bool(self.history("input") or self.history("output") or self.history("call"))

    @cached_property
    def sells_endpoint(self) -> bool:
        """Return whether a deployment is billed as dedicated GPUs."""
        return any(price.per == "GPU-hour" for price in self.history("hosting"))

    def status_on(self, day: date) -> Status:
        """Return whether training is open, closing, closed or not offered on a day."""
        life = self.lifecycle
        if life is None:
            return "open"
        if life.stated_status == "not offered":
            return "not offered"
        if (life.inference_ends and day >= life.inference_ends) or (life.training_ends and day > life.training_ends):
            return "closed"
        if life.training_ends or life.inference_ends or life.new_customers_until:
            return "closing"
        return life.stated_status or "open"

    def trains_for(self, customer: Customer, day: date) -> bool:
        """Return whether this kind of customer can start a training job on a day."""
        if self.status_on(day) in ("closed", "not offered"):
            return False
        life = self.lifecycle
        return not (customer == "new" and life and life.new_customers_until and day > life.new_customers_until)

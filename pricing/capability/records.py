"""Records of the capability files: published values of models, attributes, and results of tuned models."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from msgspec import field

from pricing.files.record import Limits, NamedSource, Record, Sources
from pricing.price import Source
from pricing.vocabulary import Confidence, Count, Day

ModelThinking = Literal["never", "optional", "always", "unknown"]
"""Whether a model writes hidden reasoning; optional: it can be switched on or off."""
ValueThinking = Literal["with", "without", "best"]
"""How a value was measured; best: the best setting of a model that can think."""
FeatureValue = Literal["yes", "no", "depends on the platform"]
LicenceKind = Literal["closed", "permissive", "modified permissive", "own terms"]
Band = Literal["A", "B", "C", "D", "E", "F"]
Task = Literal[
    "classification",
    "extraction",
    "structured-output",
    "sql",
    "code",
    "tool-calling",
    "routing",
    "summarisation",
    "translation",
    "generation",
    "style",
    "reasoning",
    "maths",
    "knowledge",
    "speech",
]
Publisher = Literal["vendor", "authors", "independent"]
"""Who published a result: a vendor of tuning or of the tuned model, the authors of the tuned model, or neither."""

_Score = Annotated[Decimal, Limits(ge=0, le=100_000)]
_Billions = Annotated[Decimal, Limits(gt=0, le=100_000)]
MAX_NAME = 100


class PublishedSource(Source):
    """A published file or page, with the terms of its use."""

    scale: str | None = None
    """The scale of its values, for values that don't name one."""
    licence: str | None = None
    credit: str | None = None
    """How the licence wants the source to be named."""
    published_by: Publisher | None = None


PublishedRef = Annotated[PublishedSource, NamedSource()]


class Scale(Record):
    """A scale on which models are measured."""

    title: str
    source: PublishedRef
    on_scale_of: str | None = None
    """The scale that its author fitted it to, so that their values can be compared."""


class Measure(Record):
    """One published value of a model."""

    value: _Score
    low: _Score | None = None
    high: _Score | None = None
    """Ends of the published interval."""
    scale: str = ""
    """That of the source, unless the source has several."""
    thinking: ValueThinking | None = None
    """None: the source doesn't say, as in votes on named settings."""
    source: PublishedRef
    confidence: Confidence
    measured: str | None = None
    """The name in the source, if it isn't the title."""
    setting: str | None = None
    """The source's own word for the setting."""
    scores: Count | None = None
    """Benchmark scores behind the value."""
    votes: Count | None = None
    second_hand: bool = False
    """Quoted by somebody else: shown, and never compared."""
    note: str | None = None

    @classmethod
    def _complete(cls, fields: dict[str, Any], sources: Sources) -> dict[str, Any]:
        if "scale" in fields:
            return fields
        source = sources.get(str(fields.get("source")))
        return {**fields, "scale": source.scale if source and source.scale else ""}

    def _check(self) -> None:
        if not self.scale:
            raise ValueError("scale is missing; name one of scales")
        if (self.low is None) != (self.high is None):
            raise ValueError("give both low and high, or neither")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"the value {self.value} must be between low and high")


class Licence(Record):
    """The licence of a model's weights, or that they aren't published."""

    name: str
    kind: LicenceKind
    source: PublishedRef


class ContextLength(Record):
    """The longest context of a model, in tokens."""

    tokens: Count
    """As the publisher names it, rounded."""
    listed_tokens: Count | None = None
    """The most frequent value of the platforms that sell it."""
    listings: Count | None = None
    tuning: dict[str, Count] = field(default_factory=dict)
    """Longest example in training, by platform."""
    source: PublishedRef

    @property
    def most_tokens(self) -> int:
        """The longest call that it may take: the publisher's number is rounded, and platforms list an exact one."""
        return max(self.tokens, self.listed_tokens or 0)


class Feature(Record):
    """A feature such as vision or tool calling, and how many of the platforms that sell the model list it."""

    value: FeatureValue
    listed: Annotated[int, Limits(ge=0)] | None = None
    listings: Count | None = None
    source: PublishedRef


class Listing(Record):
    """How many of the platforms that sell a model list a feature."""

    listed: Annotated[int, Limits(ge=0)]
    listings: Count
    source: PublishedRef


class ModelCapability(Record):
    """One checkpoint of a model: family, size and version. What is None is unknown."""

    id: str
    title: str
    vendor: str
    aliases: tuple[Annotated[str, Limits(min_length=1, max_length=MAX_NAME)], ...] = ()
    open_weights: bool | None = None
    parameters_billion: _Billions | None = None
    """All weights, also of a mixture of experts."""
    active_billion: _Billions | None = None
    thinking: ModelThinking = "unknown"
    licence: Licence | None = None
    context: ContextLength | None = None
    vision: Feature | None = None
    tools: Feature | None = None
    structured_output: Listing | None = None
    languages: str | None = None
    """The publisher's claim."""
    released: Day | None = None
    note: str | None = None
    measures: tuple[Measure, ...] = ()

    @cached_property
    def compared_values(self) -> Mapping[tuple[str, ValueThinking | None], Measure]:
        """Return the value of each scale and setting, without second-hand ones; the earliest of several."""
        values: dict[tuple[str, ValueThinking | None], Measure] = {}
        for measure in self.measures:
            if not measure.second_hand:
                values.setdefault((measure.scale, measure.thinking), measure)
        return values


class TunedResult(Record):
    """One published result of a tuned model."""

    task: Task
    set: str
    """The test set."""
    examples: str
    """Number of training examples, as published."""
    count: Count | None = None
    """The same as one number, where it is one."""
    model: str
    base: str | None = None
    """The tuned checkpoint, if it has an entry in the capability table."""
    parameters_billion: _Billions | None = None
    method: str
    metric: str
    lower_is_better: bool = False
    tuned: _Score | None = None
    untuned: _Score | None = None
    outcome: str | None = None
    """A result in words."""
    reference: str | None = None
    """The model that it was compared with."""
    reference_setting: str | None = None
    reference_score: _Score | None = None
    finding: Literal["for", "against"] | None = None
    """What the publisher concludes, where no two scores say it."""
    source: PublishedRef
    confidence: Confidence
    note: str | None = None

    @property
    def difference(self) -> Decimal | None:
        """Return how much better the tuned model scored than the reference; None without two scores."""
        if self.tuned is None or self.reference_score is None:
            return None
        return (self.reference_score - self.tuned) if self.lower_is_better else (self.tuned - self.reference_score)

    @property
    def side(self) -> Literal["for", "level", "against"] | None:
        """Return whether the result speaks for tuning or against it; None if no prompted model was measured."""
        if self.reference_setting == "tuned":
            return None
        if self.difference is None:
            return self.finding
        return "for" if self.difference > 0 else "against" if self.difference < 0 else "level"


class ExampleFloor(Record):
    """The number of examples below which published results on a task are no better than prompting."""

    task: Task
    below: Count
    source: PublishedRef
    says: str
    """What the source reports, as the end of a sentence."""

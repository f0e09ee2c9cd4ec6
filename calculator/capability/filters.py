"""Filters of options by what is published about their models. What is unknown never passes, and is listed apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.capability.classes import band_of, capability_class
from calculator.question.filters import AtLeast, Feature, Licences, Needs, SizeRange
from calculator.question.scenario import Scenario
from pricing import ModelCapability, Scales

Outcome = Literal["passes", "fails", "unknown"]


class FilterResult(NamedTuple):
    """Whether a model passes a filter."""

    outcome: Outcome
    reason: str = ""
    """The end of a sentence about the model; empty for one that passes."""


# Not the active part of a mixture (a3b, e4b, 8x7b).
_SIZE_IN_NAME = re.compile(r"(?<![a-z\d.])(\d+(?:\.\d+)?)b(?![a-z\d])")

PASSES = FilterResult("passes")


class Filters(NamedTuple):
    """The filters of a question."""

    like: ModelCapability | None = None
    """The model whose class is the lowest that passes."""
    at_least: AtLeast | None = None
    size: SizeRange | None = None
    licence: Licences | None = None
    needs: Needs | None = None

    def result(self, model: ModelCapability, scales: Scales) -> FilterResult:
        """Return whether a model passes all filters: it fails if it fails one, and is unknown if one can't be said.

        Args:
            model: What is published about the model.
            scales: What values of models are compared by.
        """
        results = [result for result in self._results(model, scales) if result.outcome != "passes"]
        failed = [result for result in results if result.outcome == "fails"]
        return next(iter(failed or results), PASSES)

    def _results(self, model: ModelCapability, scales: Scales) -> Iterator[FilterResult]:
        if self.like:
            yield _like(model, self.like, scales)
        if self.at_least:
            yield _at_least(model, self.at_least, scales)
        if self.size:
            yield _size(model, self.size)
        if self.licence:
            yield _licence(model, self.licence)
        if self.needs:
            yield from (_feature(model, feature) for feature in self.needs.features)
            if self.needs.context_tokens:
                yield _context(model, self.needs.context_tokens)


def filters_of(scenario: Scenario, like: ModelCapability | None) -> Filters | None:
    """Return the filters of a question; None if it has none.

    Args:
        scenario: The question.
        like: The model that `like` names.
    """
    filters = Filters(like, scenario.class_, scenario.size, scenario.licence, scenario.needs)
    return filters if any(filters) else None


def _like(model: ModelCapability, reference: ModelCapability, scales: Scales) -> FilterResult:
    group = capability_class(model, reference, scales)
    if group.name in ("same_model", "same_class"):
        return PASSES
    return FilterResult("unknown" if group.name == "unknown" else "fails", group.reason)


def _at_least(model: ModelCapability, lowest: AtLeast, scales: Scales) -> FilterResult:
    band = band_of(model, scales)
    if band is None:
        return FilterResult("unknown", f"no index value of {model.title} is published")
    letter, measure = band
    if letter <= lowest.letter:
        return PASSES
    return FilterResult("fails", f"class {letter}: {measure.value:f} on the {scales.by_name[measure.scale].title}")


def _size(model: ModelCapability, size: SizeRange) -> FilterResult:
    billions = model.parameters_billion
    if billions is None:
        return FilterResult("unknown", f"the size of {model.title} isn't published")
    if any((size.low or Decimal(0)) <= value <= (size.high or value) for value in (billions, *_named_sizes(model))):
        return PASSES
    return FilterResult("fails", f"{billions:f}B parameters")


def _named_sizes(model: ModelCapability) -> Iterator[Decimal]:
    """Yield the size in a model's name, which people mean: Llama 3.1 8B has 8.03 billion parameters."""
    if match := _SIZE_IN_NAME.search(model.id):
        yield Decimal(match[1])


def _licence(model: ModelCapability, licence: Licences) -> FilterResult:
    if licence == "open":
        if model.open_weights is None:
            return FilterResult("unknown", f"it isn't recorded whether the weights of {model.title} are published")
        return PASSES if model.open_weights else FilterResult("fails", "its weights aren't published")
    if model.licence is None:
        return FilterResult("unknown", f"the licence of {model.title} isn't recorded")
    match model.licence.kind:
        case "permissive":
            return PASSES
        case "modified permissive":
            return FilterResult("unknown", f"read its licence, {model.licence.name}, first")
    return FilterResult("fails", f"licence: {model.licence.name}")


_WORDS: dict[Feature, str] = {"tools": "tool calling", "vision": "images", "thinking": "thinking"}


def _feature(model: ModelCapability, feature: Feature) -> FilterResult:
    if feature == "thinking":
        value = {"never": "no", "optional": "yes", "always": "yes"}.get(model.thinking)
    else:
        entry = getattr(model, feature)
        value = entry.value if entry else None
    match value:
        case "yes":
            return PASSES
        case "no":
            return FilterResult("fails", f"it doesn't support {_WORDS[feature]}")
        case None:
            return FilterResult("unknown", f"it isn't recorded whether {model.title} supports {_WORDS[feature]}")
    return FilterResult("unknown", f"{_WORDS[feature]} depends on the platform")


def _context(model: ModelCapability, tokens: int) -> FilterResult:
    context = model.context
    if context is None:
        return FilterResult("unknown", f"the context of {model.title} isn't recorded")
    lengths = (context.tokens, context.listed_tokens or context.tokens)
    if min(lengths) >= tokens:
        return PASSES
    if max(lengths) < tokens:
        return FilterResult("fails", f"its context is {max(lengths):,} tokens")
    return FilterResult("unknown", f"its context depends on the platform: {min(lengths):,} or {max(lengths):,} tokens")

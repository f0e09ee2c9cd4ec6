"""The capability class of one model against another, on one published scale.

The index says nothing about the quality of a tuned model on a task: it only keeps a 0.8B model from being set beside
GPT-4.1. A value measured with thinking is never compared with one without.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from pricing import Band, Measure, ModelCapability, Scales, ValueThinking

ClassName = Literal["same_model", "same_class", "smaller", "unknown"]
Mode = Literal["with", "without"]
"""Whether a model writes hidden reasoning before it answers."""


class CapabilityClass(NamedTuple):
    """The class of a model against a reference, with its reason."""

    name: ClassName
    reason: str
    """One sentence without a full stop, such as `3.2 points below GPT-4.1 mini on the Epoch Capabilities Index …`."""
    points: Decimal | None = None
    """The model's value minus that of the reference; None if they weren't compared."""
    candidate: Measure | None = None
    reference: Measure | None = None


def capability_class(
    candidate: ModelCapability, reference: ModelCapability, scales: Scales, *, thinking: bool = False
) -> CapabilityClass:
    """Return the class of a model against a reference.

    Args:
        candidate: The model that would be tuned.
        reference: The model that it would replace.
        scales: The scales, and how far below the reference a model counts as its class.
        thinking: Whether the candidate answers with thinking, if it can be switched. A model that is tuned on plain
            answers answers without.

    Returns:
        `same_class` for a model above the reference or at most `scales.same_class_points` below it; `unknown` if the
        two have no values that were measured in the same way. Values of two indices can only show that a model is
        smaller.
    """
    if candidate.id == reference.id:
        return CapabilityClass("same_model", f"the same model as {reference.title}")
    mode = answering_mode(candidate, thinking=thinking)
    if mode is None:
        return CapabilityClass("unknown", f"it isn't recorded whether {candidate.title} thinks before it answers")
    pair = _comparable(candidate, reference, mode, scales)
    if pair is None:
        return CapabilityClass("unknown", _no_pair(candidate, reference, mode))
    points = pair[0].value - pair[1].value
    name: ClassName = "same_class" if points >= -scales.same_class_points else "smaller"
    reason = _compared(points, reference, mode, pair, scales)
    if name == "same_class" and pair[0].scale != pair[1].scale:
        return CapabilityClass("unknown", f"{reason}: two indices, which don't show the same class", points, *pair)
    return CapabilityClass(name, reason, points, *pair)


def answering_mode(model: ModelCapability, *, thinking: bool = False) -> Mode | None:
    """Return whether a model answers with thinking; None if it isn't known.

    Args:
        model: The model.
        thinking: The setting of a model that has both.
    """
    match model.thinking:
        case "always":
            return "with"
        case "never":
            return "without"
        case "optional":
            return "with" if thinking else "without"
    return None


def band_of(model: ModelCapability, scales: Scales) -> tuple[Band, Measure] | None:
    """Return the letter of a model and the value that it rests on; None if no value is known.

    Args:
        model: The model.
        scales: The scales in order of preference, and the bands.
    """
    settings: tuple[ValueThinking, ...] = ("without", "best", "with")
    for scale in scales.by_name:
        for setting in settings:
            if measure := model.compared_values.get((scale, setting)):
                return next(band for band, low in scales.bands.items() if measure.value >= low), measure
    return None


def _comparable(
    candidate: ModelCapability, reference: ModelCapability, mode: Mode, scales: Scales
) -> tuple[Measure, Measure] | None:
    """Return both models' values in one thinking mode, on one scale or on two that were fitted to each other."""
    values, reference_values = _by_scale(candidate, mode, scales), _by_scale(reference, mode, scales)
    for scale in values:
        if scale in reference_values:
            return values[scale], reference_values[scale]
    for scale, measure in values.items():
        for reference_scale, reference_measure in reference_values.items():
            if _common_scale(scale, scales) == _common_scale(reference_scale, scales):
                return measure, reference_measure
    return None


def _common_scale(scale: str, scales: Scales) -> str:
    return scales.by_name[scale].on_scale_of or scale


def _by_scale(model: ModelCapability, mode: Mode, scales: Scales) -> dict[str, Measure]:
    """Return the values of a mode by scale, preferred scales first. The best setting of a thinking model thinks."""
    settings: tuple[ValueThinking, ...] = ("with", "best") if mode == "with" else ("without",)
    values: dict[str, Measure] = {}
    for scale in scales.by_name:
        for setting in settings:
            if measure := model.compared_values.get((scale, setting)):
                values.setdefault(scale, measure)
    return values


def _no_pair(candidate: ModelCapability, reference: ModelCapability, mode: Mode) -> str:
    for model in (candidate, reference):
        settings = {setting for _, setting in model.compared_values}
        if not settings:
            return f"no index value of {model.title} is published"
        allowed = {"with", "best"} if mode == "with" else {"without"}
        if not settings & allowed:
            measured = "without thinking" if mode == "with" else "with thinking"
            subject = "" if model is candidate else f"{model.title} "
            return f"{candidate.title} answers {mode} thinking and {subject}is measured {measured} only"
    return f"{candidate.title} and {reference.title} aren't measured on one scale"


def _compared(
    points: Decimal, reference: ModelCapability, mode: Mode, pair: tuple[Measure, Measure], scales: Scales
) -> str:
    measure, reference_measure = pair
    distance = f"{abs(points):f} points {'below' if points < 0 else 'above'}" if points else "level with"
    title, reference_title = (scales.by_name[value.scale].title for value in pair)
    values = f"{measure.value:f} against {reference_measure.value:f}, both {mode} thinking"
    if measure.scale == reference_measure.scale:
        days = " and ".join(dict.fromkeys(value.source.checked for value in pair))
        return f"{distance} {reference.title} on the {title} ({values}, {days})"
    return (
        f"{distance} {reference.title} ({values}; {title}, {measure.source.checked}, against {reference_title}, "
        f"{reference_measure.source.checked})"
    )

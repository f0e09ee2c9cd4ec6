"""The model of an option against the baseline's: the same, its class or above, smaller, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from calculator.capability.classes import band_of
from calculator.pricing_context import PricingContext
from calculator.result import OptionClass, OptionGroup
from pricing import ModelCapability, Offer, Scales

_LETTERS = "ABCDEF"
_BY_LETTER: Mapping[str, OptionGroup] = {
    "A": "class_a",
    "B": "class_b",
    "C": "class_c",
    "D": "class_d",
    "E": "class_e",
    "F": "class_f",
}


def option_classes(context: PricingContext, offers: Iterable[Offer]) -> dict[str, OptionClass]:
    """Return the class of each offer by its id.

    Args:
        context: The reference and what is published about the offers' models.
        offers: The offers; those of one model share its class.
    """
    classes: dict[str, OptionClass] = {}
    by_model: dict[str, OptionClass] = {}
    for offer in offers:
        model = context.models.get(offer.id)
        key = model.id if model else ""
        if key not in by_model:
            by_model[key] = _option_class(context, offer, model)
        classes[offer.id] = by_model[key]
    return classes


def _option_class(context: PricingContext, offer: Offer, model: ModelCapability | None) -> OptionClass:
    letter = _letter(model, context.scales)
    reference, compared = context.reference, context.class_of(offer)
    if reference is None:
        return OptionClass(_BY_LETTER[letter] if letter else "unknown_class", letter, None, None)
    if compared is None:
        return OptionClass("unknown_class", None, None, "your own prices name no model")
    other = _letter(reference, context.scales)
    if compared.candidate and compared.reference:
        letter = _band(compared.candidate.value, context.scales)
        other = _band(compared.reference.value, context.scales)
    steps = max(0, _LETTERS.index(letter) - _LETTERS.index(other)) if letter and other else None
    group: OptionGroup = "unknown_class" if compared.name == "unknown" else compared.name
    return OptionClass(group, letter, steps, compared.reason)


def _letter(model: ModelCapability | None, scales: Scales) -> str | None:
    found = band_of(model, scales) if model else None
    return found[0] if found else None


def _band(value: Decimal, scales: Scales) -> str:
    return next(band for band, low in scales.bands.items() if value >= low)

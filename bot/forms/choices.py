"""The options of the form's type-ahead menus: base models, and platforms, models and offers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.render.parts.blocks import plain_text_object
from bot.render.parts.escaping import clip
from pricing import Catalog, Offer, SoldModel

MAX_OPTIONS = 100
"""Slack's limit for the options of one menu."""
MAX_LABEL = 75
"""Slack's limit for an option's label, in characters."""
MAX_VALUE = 150
"""Slack's limit for an option's value, in characters."""
NOTHING_YET = "nothing"
"""The value of the option for a team that prompts no model yet."""
ENDED = "Ended"
"""The group of the models that are no longer sold, which comes last."""
MODELS_A_SELLER = 12
"""The number of models of one seller in the menu before anything is typed."""
_MAKERS = {"openai": "", "anthropic": "", "google": "gem", "mistral": "mi", "aws": "nova"}
"""The sellers whose own models are suggested before anything is typed, with the start of those models' names."""
_WELL_KNOWN = (*_MAKERS, "azure", "together", "fireworks", "groq", "deepseek", "x-ai", "cohere")
"""The sellers that come before all others in a search."""
_SNAPSHOT = re.compile(r"[-@](?:20\d\d-?\d\d-?\d\d|\d{4}|latest)$")


class Choice(NamedTuple):
    """One option of a menu, with the words by which it is found."""

    label: str
    value: str
    group: str
    words: str
    """All words of its names, each after a space."""
    squeezed: tuple[str, ...]
    """Its value and names without spaces and punctuation, so that `gpt4o mini` finds `gpt-4o-mini`."""

    @classmethod
    def of(cls, label: str, value: str, group: str, *names: str) -> Choice:
        """Return an option that is found by its label and by other names."""
        words = tuple(dict.fromkeys(word for name in (label, *names) for word in split_name(name)))
        squeezed = tuple(dict.fromkeys("".join(split_name(name)) for name in (value, *names)))
        return cls(clip(label, MAX_LABEL), value, group, " " + " ".join(words), squeezed)


class Menu:
    """The searchable options of a type-ahead menu.

    Args:
        choices: All options, the preferred ones at the top.
        suggestions: The options before anything is typed.
    """

    def __init__(self, choices: Iterable[Choice], suggestions: Iterable[Choice]) -> None:
        self._choices = tuple(choice for choice in choices if len(choice.value) <= MAX_VALUE)
        self._suggestions = tuple(suggestions)[:MAX_OPTIONS]
        self.labels: Mapping[str, str] = MappingProxyType({choice.value: choice.label for choice in self._choices})

    def search(self, text: str) -> Sequence[Choice]:
        """Return at most `MAX_OPTIONS` options that match a text, the closest at the top."""
        words = split_name(text)
        if not words:
            return self._suggestions
        squeezed = "".join(words)
        ranked = [
            (rank, number)
            for number, choice in enumerate(self._choices)
            if (rank := _rank(choice, words, squeezed)) is not None
        ]
        return [self._choices[number] for _, number in sorted(ranked)[:MAX_OPTIONS]]


class FormMenus(NamedTuple):
    """The type-ahead menus of the form."""

    base: Menu
    on: Menu
    labels: Mapping[str, str]
    """The labels of all options by value."""


@lru_cache(maxsize=4)
def form_menus(catalog: Catalog, today: date) -> FormMenus:
    """Return the menus of a catalogue. They are built once per catalogue and day.

    Args:
        catalog: The current catalogue.
        today: The day on which the offers have to be trainable.
    """
    base, on = _base_menu(catalog, today), _offer_menu(catalog, today)
    return FormMenus(base, on, MappingProxyType({**base.labels, **on.labels}))


def option_groups(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """Return options by group, in the order of the best option of each group."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(option(choice.label, choice.value))
    return [
        {"label": plain_text_object(clip(group, MAX_LABEL)), "options": options} for group, options in groups.items()
    ]


def option(label: str, value: str) -> dict[str, Any]:
    """Return an option of a menu."""
    return {"text": plain_text_object(clip(label, MAX_LABEL)), "value": value}


def split_name(text: str) -> list[str]:
    """Return the words of a name in lower case: `GPT-4.1 mini` becomes gpt, 4, 1 and mini."""
    return re.findall(r"[^\W_]+", text.lower())


def _rank(choice: Choice, words: Sequence[str], squeezed: str) -> int | None:
    """Return how well an option matches: by a whole name, by the starts of words, or inside a name.

    Returns:
        The rank, 0 for the best; None if it doesn't match.
    """
    if squeezed in choice.squeezed:
        return 0
    if all(f" {word}" in choice.words for word in words) or any(name.startswith(squeezed) for name in choice.squeezed):
        return 1
    return 2 if any(squeezed in name for name in choice.squeezed) else None


def _base_menu(catalog: Catalog, today: date) -> Menu:
    titles = {
        _model_name(offer): offer.title.partition(",")[0].removesuffix(" RFT") for offer in catalog.offers.values()
    }
    nothing = Choice.of("Nothing yet", NOTHING_YET, "No model", "Nothing yet", "none")
    trainable = {_model_name(offer) for offer in catalog.trainable(today)}
    models = sorted(catalog.base_models.sold, key=lambda model: _preference(model, today))
    choices = {
        model: Choice.of(
            f"{titles.get(model.name, model.title)} ({model.seller_title})",
            model.id,
            ENDED if _has_ended(model, today) else model.seller_title,
            model.name,
            model.title,
            model.id,
        )
        for model in models
    }
    suggested = [choices[model] for model in _suggested(models, trainable, today)]
    return Menu([nothing, *choices.values()], [nothing, *suggested])


def _preference(model: SoldModel, today: date) -> tuple[Any, ...]:
    """Return the order of a model in a search: current ones of well-known sellers first, the newest of each first."""
    seller = _WELL_KNOWN.index(model.seller) if model.seller in _WELL_KNOWN else len(_WELL_KNOWN)
    is_resold = not model.name.startswith(_MAKERS.get(model.seller, ""))
    is_snapshot = bool(_SNAPSHOT.search(model.name))
    newest_first = [-number for number in (*_version(model.name), 0, 0)[:2]]
    return _has_ended(model, today), seller, is_resold, is_snapshot, newest_first, len(model.name)


def _has_ended(model: SoldModel, today: date) -> bool:
    return model.ends is not None and model.ends <= today


def _suggested(models: Sequence[SoldModel], trainable: Collection[str], today: date) -> Iterator[SoldModel]:
    """Yield current models of the large makers without dated snapshots: those that can be tuned, then the newest."""
    for seller, start in _MAKERS.items():
        own = [
            model
            for model in models
            if model.seller == seller
            and model.name.startswith(start)
            and not _has_ended(model, today)
            and not _SNAPSHOT.search(model.name)
        ]
        yield from sorted(own, key=lambda model: model.name not in trainable)[:MODELS_A_SELLER]


def _version(name: str) -> tuple[int, ...]:
    """Return the numbers of a name that are a version: 4 and 1 of `gpt-4.1-mini`."""
    return tuple(int(number) for number in re.findall(r"(?<![\w.])\d{1,2}(?!\w)|(?<=\d\.)\d{1,2}(?!\w)", name))


def _offer_menu(catalog: Catalog, today: date) -> Menu:
    offers = catalog.trainable(today)
    platforms = dict.fromkeys((offer.platform, offer.platform_title) for offer in offers)
    choices = [Choice.of(f"{title}: all models", name, "Platforms", title) for name, title in platforms]
    by_model: dict[str, list[str]] = {}
    for offer in offers:
        by_model.setdefault(_model_name(offer), []).append(offer.title.partition(",")[0])
    choices += [
        Choice.of(f"{min(titles, key=len)}: all its offers", name, "Models", name)
        for name, titles in by_model.items()
        if len(titles) > 1
    ]
    choices += [
        Choice.of("GPUs rented by the hour (name the model under More options)", "gpu", "Other", "GPUs"),
        Choice.of("Your own prices (enter them under More options)", "your-rates", "Other", "own rates"),
    ]
    single = [
        Choice.of(f"{offer.title} ({offer.platform_title})", offer.id, offer.platform_title, offer.title, offer.id)
        for offer in offers
    ]
    rented = [
        Choice.of(f"{offer.title} ({offer.platform_title})", offer.id, "Rented GPUs", offer.title, offer.id, offer.gpu)
        for offer in catalog.gpus.offers.values()
    ]
    return Menu([*choices, *single, *rented], choices)


def _model_name(offer: Offer) -> str:
    """Return the name that the offers of one model share: `gpt-4.1-mini` of `azure/gpt-4.1-mini@global`."""
    return offer.id.partition("/")[2].partition("@")[0]

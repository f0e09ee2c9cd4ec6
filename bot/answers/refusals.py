"""The reply to a line with faults: every fault, and buttons that correct the line or open it in the form."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from bot.answers.help import RUN_LINE
from bot.answers.readings import MAX_BUTTON_VALUE, OPEN
from bot.language.command import VERBS, split_word, split_words
from bot.render.parts.blocks import Block, SlackMessage, button, section
from bot.render.parts.escaping import clip, escape
from calculator import KEYS, UserError, nearest_key
from pricing import Catalog

MAX_LABEL = 75
"""Slack's limit for the text of a button, in characters."""
_ANY_OFFER = frozenset({"all", "gpu", "your-rates", "your-gpus"})


class Correction(NamedTuple):
    """A corrected line, and the label of the button that runs it."""

    label: str
    line: str


def refusal_message(error: UserError, typed: str, catalog: Catalog) -> SlackMessage:
    """Return the faults of a line, the line, and the buttons that correct it or open it in the form.

    Args:
        error: The faults.
        typed: The line, without `/ftcost`.
        catalog: The catalogue, for the nearest names.
    """
    line = f"/ftcost {typed}".strip()
    errors = escape(str(error)).splitlines()
    text = "\n".join(f"• {error_text}" for error_text in errors) if len(errors) > 1 else errors[0]
    blocks: list[Block] = [section(text), section(f"```{escape(line[:2_500].replace('```', ''))}```")]
    buttons: list[Block] = []
    correction = correct_line(typed, catalog)
    if correction and len(correction.line) <= MAX_BUTTON_VALUE:
        buttons.append(button(correction.label, RUN_LINE, correction.line, "primary"))
    if "=" in typed and len(typed) <= MAX_BUTTON_VALUE:
        buttons.append(button("Fix in the form", OPEN, typed))
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    return SlackMessage(text, blocks)


def correct_line(typed: str, catalog: Catalog) -> Correction | None:
    """Return a line with the nearest command, keys and names for those that don't exist; None if there are none."""
    try:
        words = split_words(typed)
    except UserError:
        return None
    replaced: list[str] = []
    if words and "=" not in words[0] and words[0].lower() not in VERBS:
        near = difflib.get_close_matches(words[0].lower()[:40], VERBS, n=1, cutoff=0.6)
        if near:
            replaced.append(near[0])
            words[0] = near[0]
    corrected = [_correct_word(word, words, catalog, replaced) for word in words]
    return Correction(clip(f"Use {', '.join(replaced)}", MAX_LABEL), " ".join(corrected)) if replaced else None


def _correct_word(word: str, words: list[str], catalog: Catalog, replaced: list[str]) -> str:
    """Return a word of a line with the nearest key and names, and add these to `replaced`."""
    key, equals, value = split_word(word)
    if not equals:
        return word
    name = key.strip().lower()
    if name not in KEYS:
        near_key = nearest_key(name)
        if near_key is None or any(split_word(typed)[0].lower() == near_key for typed in words):
            return _write(key, value)
        replaced.append(near_key)
        key = name = near_key
    if name in ("on", "base"):
        names = value.split(",") if name == "on" else [value]
        nearest = [_nearest_name(part.strip(), catalog, is_base=name == "base") for part in names]
        replaced += [near for near, part in zip(nearest, names, strict=True) if near != part.strip()]
        value = ",".join(nearest)
    return _write(key, value)


def _nearest_name(name: str, catalog: Catalog, *, is_base: bool) -> str:
    if not name or (not is_base and name.lower() in _ANY_OFFER):
        return name
    if is_base:
        resolution = catalog.base_models.resolve(name)
        return name if resolution.ids or not resolution.near else resolution.near[0]
    if catalog.resolve_offers(name).ids or catalog.gpus.named(name):
        return name
    platforms = {offer.platform for offer in catalog.offers.values()}
    near = difflib.get_close_matches(name.lower(), platforms, n=1, cutoff=0.7) or catalog.resolve_offers(name).near
    return near[0] if near else name


def _write(key: str, value: str) -> str:
    return f'{key}="{value}"' if re.search(r"[\s;]", value) else f"{key}={value}"

"""Fonts of a drawn chart: DejaVu Sans, and an installed font for Chinese, Japanese and Korean if there is one."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names

FALLBACK_FAMILIES = (
    "Noto Sans CJK JP",  # the name under which a collection of all Noto CJK fonts is installed
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Hiragino Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Arial Unicode MS",
)

# A family without bold letters is drawn in regular ones, which isn't worth a warning.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


@cache
def families() -> list[str]:
    """Return the installed font families, in the order in which a glyph is looked up."""
    installed = set(get_font_names())
    return ["DejaVu Sans", *(family for family in FALLBACK_FAMILIES if family in installed)]


@cache
def _fonts(weight: str) -> list[Any]:
    return [get_font(findfont(FontProperties(family=family, weight=weight))) for family in families()]


@cache
def has_glyph(letter: str) -> bool:
    """Return whether a letter can be drawn in regular and in bold."""
    return all(any(font.get_char_index(ord(letter)) for font in _fonts(weight)) for weight in ("normal", "bold"))


def drawable_text(text: str, alternatives: Mapping[str, str], is_drawable: Callable[[str], bool] = has_glyph) -> str:
    """Return a text in letters that the fonts have.

    Args:
        text: The text; its white space is collapsed.
        alternatives: Names and what to write instead if the text has a letter without a glyph.
        is_drawable: Returns whether the fonts have a letter.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not all(map(is_drawable, text)):
        for name in sorted(alternatives, key=len, reverse=True):
            if not all(map(is_drawable, name)):
                text = text.replace(unicodedata.normalize("NFC", name), alternatives[name])
    return "".join(filter(is_drawable, text)).strip()

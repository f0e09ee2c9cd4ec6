"""Text from Slack as its user typed it: without escapes, links, formatting and invisible characters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable

from bot.language.surrogates import without_lone_surrogates

MAX_FORMATTED = 8_000
"""Longer texts aren't commands, and keep their bold and italic parts."""
_LINK = re.compile(r"<(?:https?://|mailto:)[^<>|]*\|([^<>]*)>|<((?:https?://|mailto:)[^<>|]*)>")
_LINE_START = re.compile(r"^[ \t]*(?:>+(?!=)[ \t]*)?(?:[•◦▪][ \t]*|[*-][ \t]+)?", re.MULTILINE)
"""The start of a quoted line or of an item in a list."""
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"  # joiners matter between letters of some scripts
)
_EMPHASIS = re.compile(r"(?<![\w*~=])([*_~])(?=\S)([^\n]{1,300}?)(?<=\S)\1(?![\w*~])|(?<==)\*([^\s*]+)\*(?!\w)")
_BACKTICKS = re.compile("`+")
_QUOTED = re.compile(r'="[^"]*"')
_QUOTED_VALUE = re.compile(r"""(?<==)['‘’‚‹]([^'‘’"“”„]*)['‘’›](?=[\s,;.]|$)""")
_OUTER_QUOTES = re.compile(r"""\A(?:"([^"]*)"|'([^']*)'|“([^“”]*)”|‘([^‘’]*)’|«([^«»]*)»)\Z""")
_OWN_NAME = re.compile(r"\A[\s,:;]*(?:/?ftcost\b[\s,:;]*)?(?!\Z)", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?<=[\w\"”%)])[.!…]+\s*\Z")


def from_slack(text: str) -> str:
    """Return text as the user typed it.

    Slack escapes three characters and makes links of anything that looks like an address, such as
    `gpt-4.1-mini@global`. Users copy formatted text, quote it, and end a command with a full stop.
    """
    text = _LINK.sub(lambda link: (link[1] or link[2]).removeprefix("mailto:"), without_lone_surrogates(text))
    text = _outside_values(_BACKTICKS, "", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = _LINE_START.sub("", _INVISIBLE.sub("", text)).strip()
    for _ in range(2 if len(text) <= MAX_FORMATTED else 0):  # bold and italic
        text = _outside_values(_EMPHASIS, lambda part: part[2] or part[3], text)
    if quoted := _OUTER_QUOTES.match(text):
        text = next(part for part in quoted.groups() if part is not None)
    text = _OWN_NAME.sub("", text, count=1)
    return _FULL_STOP.sub("", _QUOTED_VALUE.sub(r'"\1"', text))


def _outside_values(pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
    """Return text with a pattern replaced, except inside quoted values, which keep their marks."""
    spans = [value.span() for value in _QUOTED.finditer(text)]

    def replace(match: re.Match[str]) -> str:
        index = bisect_left(spans, (match.start(), 0)) - 1  # the last value that starts before the match
        if index >= 0 and match.end() < spans[index][1]:
            return match[0]
        return replacement if isinstance(replacement, str) else replacement(match)

    return pattern.sub(replace, text)

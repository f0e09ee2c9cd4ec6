"""Detection of keys and e-mail addresses, which should not be trained into a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calculator.datasets.records.problems import Problem

# (a byte that is rare in text, the pattern from there on): searching for that byte and looking behind it takes half the
# time of searching for the start of each key. A key is never inside a word.
_KEYS = tuple(
    (pattern[:1], re.compile(pattern))
    for pattern in (
        rb"-(?:(?<=sk-)(?<![A-Za-z0-9]sk-)(?=[A-Za-z0-9_-]{0,60}\d)[A-Za-z0-9_-]{20}"
        rb"|(?<=xox[abeprs]-)(?<![A-Za-z0-9]xox[abeprs]-)[0-9A-Za-z-]{10}"
        rb"|(?<=-----)(?<![A-Za-z0-9]-----)BEGIN [A-Z ]{0,20}PRIVATE KEY-----)",
        rb"K(?<=AK)(?<![A-Za-z0-9]AK)IA[0-9A-Z]{16}(?![A-Za-z0-9])",
        rb"z(?<=AIz)(?<![A-Za-z0-9]AIz)a[0-9A-Za-z_-]{35}",
        rb"_(?:(?<=ghp_)(?<![A-Za-z0-9]ghp_)[A-Za-z0-9]{36}"
        rb"|(?<=github_pat_)(?<![A-Za-z0-9]github_pat_)[A-Za-z0-9_]{50}"
        rb"|(?<=hf_)(?<![A-Za-z0-9]hf_)[A-Za-z0-9]{30,60}(?![A-Za-z0-9]))",
    )
)
_BEFORE_AT = re.compile(rb"[A-Za-z0-9._%+-]{1,64}$")
_AFTER_AT = re.compile(rb"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
# Reserved for examples (RFC 2606).
_MADE_UP = re.compile(rb"(?:^|\.)example(?:\.[a-z]+)?$|\.(?:test|invalid)$", re.IGNORECASE)

KEY_TEXT = "Something in the line looks like a key or password. Remove it: a tuned model can repeat it."
EMAIL_TEXT = "The line has an e-mail address. Remove it, or replace it by a made-up one."


def find_secrets(data: bytes, first_line: int) -> Iterator[Problem]:
    """Yield one problem per line and kind, in no order. The secret itself is never quoted."""
    places = sorted(match.start() for rare, key in _KEYS if rare in data for match in key.finditer(data))
    for line in dict.fromkeys(_lines(data, places, first_line)):
        yield Problem(line, "api_key", KEY_TEXT)
    for line in dict.fromkeys(_lines(data, _emails(data), first_line)):
        yield Problem(line, "email", EMAIL_TEXT)


def _emails(data: bytes) -> Iterator[int]:
    """Yield the position of the first e-mail address of each line."""
    at = data.find(b"@")
    while at >= 0:
        domain = _AFTER_AT.match(data, at + 1)
        if domain and not _MADE_UP.search(domain.group()) and _BEFORE_AT.search(data[max(0, at - 64) : at]):
            yield at
            end = data.find(b"\n", at)
            at = data.find(b"@", end) if end >= 0 else -1
        else:
            at = data.find(b"@", at + 1)


def _lines(data: bytes, places: list[int] | Iterator[int], first_line: int) -> Iterator[int]:
    """Yield the line number of each position; positions must rise."""
    line, position = first_line, 0
    for place in places:
        line += data.count(b"\n", position, place)
        position = place
        yield line

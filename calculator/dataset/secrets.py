"""Text that looks like a key or an e-mail address: nobody means to train those into a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calculator.dataset.problems import Problem

# (how it begins, the whole): bytes.find is many times faster than a regular expression with alternatives.
_KEYS = tuple(
    (begin, re.compile(pattern))
    for begin, pattern in (
        (b"sk-", rb"sk-(?=[A-Za-z0-9_-]{0,60}\d)[A-Za-z0-9_-]{20}"),
        (b"AKIA", rb"AKIA[0-9A-Z]{16}(?![A-Za-z0-9])"),
        (b"AIza", rb"AIza[0-9A-Za-z_-]{35}"),
        (b"xox", rb"xox[abeprs]-[0-9A-Za-z-]{10}"),
        (b"-----BEGIN", rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"),
    )
)
_KEYS_WITH_AN_UNDERSCORE = (
    (b"ghp_", re.compile(rb"ghp_[A-Za-z0-9]{36}")),
    (b"github_pat_", re.compile(rb"github_pat_[A-Za-z0-9_]{50}")),
    (b"hf_", re.compile(rb"hf_[A-Za-z0-9]{30,60}(?![A-Za-z0-9])")),
)
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_BEFORE_AT = re.compile(rb"[A-Za-z0-9._%+-]{1,64}$")
_AFTER_AT = re.compile(rb"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
# Reserved for examples (RFC 2606).
_MADE_UP = re.compile(rb"(?:^|\.)example(?:\.[a-z]+)?$|\.(?:test|invalid)$", re.IGNORECASE)

KEY_TEXT = "Something here looks like a key or password. Take it out: a tuned model can repeat it."
EMAIL_TEXT = "There is an e-mail address here. Take it out, or replace it by a made-up one."


def find_secrets(data: bytes, first_line: int) -> Iterator[Problem]:
    """One fault a line and kind, in no order. What was found is never quoted."""
    keys = (*_KEYS, *_KEYS_WITH_AN_UNDERSCORE) if b"_" in data else _KEYS
    places = sorted(place for begin, whole in keys for place in _keys(data, begin, whole))
    for line in dict.fromkeys(_lines(data, places, first_line)):
        yield Problem(line, "api_key", KEY_TEXT)
    for line in dict.fromkeys(_lines(data, _emails(data), first_line)):
        yield Problem(line, "email", EMAIL_TEXT)


def _keys(data: bytes, begin: bytes, whole: re.Pattern[bytes]) -> Iterator[int]:
    """Where such keys stand, inside no word."""
    at = data.find(begin)
    while at >= 0:
        if whole.match(data, at) and (at == 0 or data[at - 1] not in _WORD):
            yield at
        at = data.find(begin, at + len(begin))


def _emails(data: bytes) -> Iterator[int]:
    """Where the first one of each line stands."""
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
    """The line of each place; places rise."""
    line, before = first_line, 0
    for place in places:
        line += data.count(b"\n", before, place)
        before = place
        yield line

"""The reference of the keys is that of the table of keys."""

from __future__ import annotations

from bot.answers.key_reference import DOCUMENT, key_reference


def test_reference_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == key_reference(), "python -m bot.answers.key_reference"


def test_reference_has_default_and_bounds() -> None:
    lines = key_reference().splitlines()
    assert "| `months=12` | Months to price | `12` | 1 to 60, whole |" in lines
    assert "| `growth=5%` | Monthly growth of calls | `0%` | -50% to 100% |" in lines

"""The two kinds of error: this one's text is meant for the person who asked; everything else is a bug."""

from __future__ import annotations

from collections.abc import Mapping


class UserError(Exception):
    """Something a person can put right. `str()` is a sentence that says how."""


class FieldErrors(UserError):
    """Faults by scenario field: `errors["epochs"]` belongs at the epochs field of a form, or behind epochs= in a
    line.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("\n".join(_line(field, text) for field, text in self.errors.items()))


def _line(field: str, text: str) -> str:
    """The fault with its field, unless the text names it already."""
    return text if f"“{field}”" in text or text.startswith(f"{field}=") else f"{field}: {text}"

"""Errors whose text is shown to the user. Every other exception is a bug."""

from __future__ import annotations

from collections.abc import Mapping


class UserError(Exception):
    """An error that the user can correct. `str()` is a sentence that says how."""


class FieldErrors(UserError):
    """Errors by scenario field: a form shows `errors["epochs"]` at its epochs field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Join the errors to one text, a line per field.

        Args:
            errors: A sentence for the user by scenario field.
        """
        self.errors = dict(errors)
        super().__init__("\n".join(_line(field, text) for field, text in self.errors.items()))


def _line(field: str, text: str) -> str:
    """Return the error with its field, unless the text already names it."""
    return text if f"“{field}”" in text or text.startswith(f"{field}=") else f"{field}: {text}"

"""A workspace's defaults, which fill the empty form and complete a question in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.render.parts.currency import Rate
from calculator import FieldErrors, UserError, parse_number, read_scenario, resolve_question
from pricing import Catalog

DEFAULTS = ("base", "calls", "cached", "on", "customer", "months", "days", "currency", "share")
"""The scenario keys that can have a default."""
RATE, RATE_DAY = "rate", "rate_day"
"""The keys of the workspace's own exchange rate."""
FROM_DEFAULTS = " This comes from the workspace's defaults, which its admins change on the app's Home tab."
_PLACEHOLDERS = {"examples": "1", "example": "1"}


@dataclass(frozen=True)
class WorkspaceDefaults:
    """A workspace's defaults."""

    fields: Mapping[str, str]
    """Text by key: DEFAULTS, `rate` (units of `currency` for one US dollar) and `rate_day`, the day it was set."""

    def complete(self, question: Mapping[str, str]) -> dict[str, str]:
        """Return a question's fields, with a default for each field that it leaves empty."""
        return {**{key: self.fields[key] for key in self.missing_keys(question)}, **question}

    def missing_keys(self, question: Mapping[str, str]) -> list[str]:
        """Return the keys whose default a question needs."""
        return [
            key
            for key in DEFAULTS
            if self.fields.get(key) and not (question.get(key) or "").strip() and _applies(key, question)
        ]

    def describe_used(self, question: Mapping[str, str]) -> list[str]:
        """Return the defaults that a question needs as text, such as `days=22`."""
        return [f"{key}={self.fields[key]}" for key in self.missing_keys(question)]

    def explain(self, error: UserError, question: Mapping[str, str]) -> UserError:
        """Return an error about a question; it names the workspace's defaults if one of them caused it."""
        if not isinstance(error, FieldErrors):
            return error
        keys = self.missing_keys(question)
        return FieldErrors({key: f"{text}{FROM_DEFAULTS if key in keys else ''}" for key, text in error.errors.items()})

    @property
    def own_rate(self) -> Rate | None:
        """Return the workspace's own exchange rate; None if it has none."""
        if not (self.fields.get(RATE) and self.fields.get(RATE_DAY)):
            return None
        day = date.fromisoformat(self.fields[RATE_DAY])
        currency = self.fields.get("currency", "USD")
        return Rate(currency, Decimal(self.fields[RATE]), "rate from this workspace's defaults", day)


def read_defaults(
    inputs: Mapping[str, str], current: WorkspaceDefaults, catalog: Catalog, today: date
) -> WorkspaceDefaults:
    """Return the defaults in the input of the defaults form.

    Args:
        inputs: The text of each field by key.
        current: The defaults until now; an unchanged rate keeps its day.
        catalog: The catalogue, to check the offers.
        today: The date of a new rate.

    Raises:
        FieldErrors: With the error of every wrong field by key.
    """
    texts = {key: inputs[key].strip() for key in (*DEFAULTS, RATE) if (inputs.get(key) or "").strip()}
    errors: dict[str, str] = {}
    fields: dict[str, str] = {}
    try:
        call = {"call": "1/1"} if "calls" in texts else {}
        scenario = read_scenario({**_PLACEHOLDERS, **call, **{key: text for key, text in texts.items() if key != RATE}})
    except FieldErrors as error:
        errors |= error.errors
    else:
        fields = {key: text for key, text in scenario.fields().items() if key in texts}
        if scenario.days.is_range:
            errors["days"] = "Enter a single number of days; a range can't be a default."
        if scenario.months.is_range:
            errors["months"] = "Enter a single number of months; a range can't be a default."
        try:
            resolve_question(scenario, catalog, today)
        except FieldErrors as error:  # the error may be about a field that has no default
            errors |= {key if key in DEFAULTS else "on": text for key, text in error.errors.items()}
    if RATE in texts:
        try:
            rate = parse_number(texts[RATE])
            if not Decimal("0.0001") <= rate <= Decimal(10_000_000):
                raise ValueError("A rate is how much of the currency one US dollar buys, such as 0.92.")
            if texts.get("currency", "USD").upper() == "USD":
                raise ValueError("Choose the currency of this rate too, such as EUR.")
            fields[RATE] = f"{rate:f}"
            is_unchanged = all(current.fields.get(key) == fields.get(key) for key in (RATE, "currency"))
            fields[RATE_DAY] = current.fields.get(RATE_DAY, "") if is_unchanged else today.isoformat()
        except ValueError as error:
            errors[RATE] = str(error)
    if errors:
        raise FieldErrors(errors)
    return WorkspaceDefaults(fields)


def _applies(key: str, question: Mapping[str, str]) -> bool:
    """Return whether a default fits a question: traffic needs the tokens of a call, and own prices need no model."""
    match key:
        case "calls":
            return bool(question.get("call") or question.get("prompt"))
        case "base":
            return not question.get("base_rates")
        case _:
            return True

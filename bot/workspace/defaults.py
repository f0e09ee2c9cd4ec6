"""What a workspace settles for all of its estimates: what stands in the form from the start, and what a question in one
line means where it does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.render.currency import Rate
from calculator import FieldErrors, UserError, read_scenario, resolve_question
from calculator.question.quantities import parse_number
from pricing import Catalog

DEFAULTS = ("on", "days", "customer", "currency")
"""Keys of a scenario that can be settled."""
RATE, RATE_DAY = "rate", "rate_day"
FROM_HERE = " That is from this workspace's settings; its admins change them on the app's Home tab."
_ANYTHING = {"examples": "1", "example": "1"}


@dataclass(frozen=True)
class WorkspaceDefaults:
    """As text by key: DEFAULTS, `rate` (of `currency`, for one US dollar) and the day of that."""

    fields: Mapping[str, str]

    def complete(self, asked: Mapping[str, str]) -> dict[str, str]:
        """A question with what was settled where it says nothing."""
        return {**{key: self.fields[key] for key in self.added(asked)}, **asked}

    def added(self, asked: Mapping[str, str]) -> list[str]:
        """The keys that come from here."""
        return [key for key in DEFAULTS if self.fields.get(key) and not (asked.get(key) or "").strip()]

    def said(self, asked: Mapping[str, str]) -> list[str]:
        """What comes from here, in words: `days=22`."""
        return [f"{key}={self.fields[key]}" for key in self.added(asked)]

    def owning(self, error: UserError, asked: Mapping[str, str]) -> UserError:
        """The same error, which says so where it is about what comes from here."""
        if not isinstance(error, FieldErrors):
            return error
        mine = self.added(asked)
        return FieldErrors({key: f"{text}{FROM_HERE if key in mine else ''}" for key, text in error.errors.items()})

    @property
    def own_rate(self) -> Rate | None:
        if not (self.fields.get(RATE) and self.fields.get(RATE_DAY)):
            return None
        day = date.fromisoformat(self.fields[RATE_DAY])
        currency = self.fields.get("currency", "USD")
        return Rate(currency, Decimal(self.fields[RATE]), "rate from this workspace's settings", day)


def read_defaults(
    typed: Mapping[str, str], before: WorkspaceDefaults, catalog: Catalog, today: date
) -> WorkspaceDefaults:
    """What was typed into the settings. Raises FieldErrors with every fault at its key."""
    given = {key: typed[key].strip() for key in (*DEFAULTS, RATE) if (typed.get(key) or "").strip()}
    errors: dict[str, str] = {}
    kept: dict[str, str] = {}
    try:
        scenario = read_scenario({**_ANYTHING, **{key: text for key, text in given.items() if key != RATE}})
    except FieldErrors as error:
        errors |= error.errors
    else:
        kept = {key: text for key, text in scenario.fields().items() if key in given}
        if scenario.days.is_range:
            errors["days"] = "Settle one number of days; a range belongs into a question."
        try:
            resolve_question(scenario, catalog, today)
        except FieldErrors as error:  # what an offer would need besides is no setting
            errors |= {key if key in DEFAULTS else "on": text for key, text in error.errors.items()}
    if RATE in given:
        try:
            rate = parse_number(given[RATE])
            if not Decimal("0.0001") <= rate <= Decimal(10_000_000):
                raise ValueError("A rate is how much of the currency one US dollar buys, such as 0.92.")
            if given.get("currency", "USD").upper() == "USD":
                raise ValueError("Say of which currency, such as EUR.")
            kept[RATE] = f"{rate:f}"
            same = all(before.fields.get(key) == kept.get(key) for key in (RATE, "currency"))
            kept[RATE_DAY] = before.fields.get(RATE_DAY, "") if same else today.isoformat()
        except ValueError as error:
            errors[RATE] = str(error)
    if errors:
        raise FieldErrors(errors)
    return WorkspaceDefaults(kept)

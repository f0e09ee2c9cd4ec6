"""Rules for reading bills: exports are recognised by their columns, items by their words (`data/bills.yml`)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pricing.files.reading import DATA_DIR, read_sourced_record
from pricing.files.record import Limits, Record, TextReader
from pricing.price import Source, SourceRef

BilledPart = Literal["training", "inference", "hosting", "storage"]
Side = Literal["input", "cached", "output"]
Columns = tuple[str, ...]


def _pattern(text: Any) -> Any:
    try:
        re.compile(text if isinstance(text, str) else "")
    except re.error as error:
        raise ValueError(f"{text!r} isn't a regular expression: {error}") from None
    return text


Pattern = Annotated[str, TextReader(_pattern)]
"""A regular expression."""


class BillLayout(Record):
    """The columns of one kind of bill. If several names are given, the first that a file has counts."""

    title: str
    platform: str | None = None
    """The platform that exports it; None if the layout isn't specific to one."""
    day: Columns
    item: tuple[Columns, ...] = ()
    """Columns whose joined texts name what was billed."""
    usd: Columns = ()
    always_usd: Columns = ()
    """Columns of `usd` that are in US dollars whatever the currency column says."""
    currency: Columns = ()
    quantity: Columns = ()
    unit: Columns = ()
    across: bool = False
    """One row per day and one column per item, instead of one row per item; `total` is the column with their sum."""
    total: Columns = ()
    source: SourceRef

    def _check(self) -> None:
        if self.across and not self.total:
            raise ValueError("total is missing; an export with one column per item is recognised by it")
        if not self.across and not (self.item and self.usd):
            raise ValueError("item and usd are missing; every row needs both")


class PartRule(Record):
    """A pattern that assigns items to a part of the bill."""

    part: BilledPart
    pattern: Pattern


class BillUnit(Record):
    """The meaning of a unit of quantity, such as 1,000 tokens."""

    measure: Literal["tokens", "hours", "calls"]
    count: Annotated[Decimal, Limits(gt=0)]


class BillRules(Record):
    """The content of `data/bills.yml`."""

    sources: dict[str, Source]
    exports: dict[str, BillLayout]
    parts: tuple[PartRule, ...]
    tuned: Pattern
    """Matches items that are the use or the training of a tuned model."""
    sides: dict[Side, Pattern]
    """Patterns of input, cached-input and output tokens."""
    units: dict[str, BillUnit]

    @cached_property
    def _tuned(self) -> re.Pattern[str]:
        return re.compile(self.tuned, re.IGNORECASE)

    def is_tuned(self, item: str) -> bool:
        """Return whether an item is the use or the training of a tuned model."""
        return bool(self._tuned.search(item))

    def part_of(self, item: str) -> BilledPart | None:
        """Return the part of the bill that an item belongs to; None if no pattern matches."""
        return next((rule.part for rule in self.parts if re.search(rule.pattern, item, re.IGNORECASE)), None)

    def side_of(self, item: str) -> Side | None:
        """Return which tokens an item counts; None if it doesn't say."""
        return next((side for side, text in self.sides.items() if re.search(text, item, re.IGNORECASE)), None)


def load_bill_rules() -> BillRules:
    """Return the rules for reading bills.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    return read_sourced_record(DATA_DIR / "bills.yml", BillRules, Source)

"""How bills are read: exports by their columns, items by their words. Data with sources; no I/O here beyond reading
`data/bills.yml`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from pricing.files.records import DATA_DIR, PriceFileError, explain, read_text
from pricing.files.strict_yaml import YamlError, read_yaml
from pricing.offer import Record, Source, SourceRef

BilledPart = Literal["training", "inference", "hosting", "storage"]
Side = Literal["input", "cached", "output"]
Columns = tuple[str, ...]


class BillLayout(Record):
    """One layout of a bill. Of several column names the first that a file has is taken."""

    title: str
    platform: str | None = None
    """Whose bill it is; None where anybody's may look so."""
    day: Columns
    item: tuple[Columns, ...] = ()
    """Columns whose texts together say what was billed."""
    usd: Columns = ()
    always_usd: Columns = ()
    """Those of `usd` that are in US dollars whatever the currency column says."""
    currency: Columns = ()
    quantity: Columns = ()
    unit: Columns = ()
    across: bool = False
    """A row a day and a column an item, instead of a row an item; `total` is the column that sums them."""
    total: Columns = ()
    source: SourceRef

    @model_validator(mode="after")
    def _check(self) -> BillLayout:
        if self.across and not self.total:
            raise ValueError("total is missing; an export with a column an item is recognised by it")
        if not self.across and not (self.item and self.usd):
            raise ValueError("item and usd are missing; every row needs both")
        return self


class PartRule(Record):
    """Items in which `pattern` is found are this part."""

    part: BilledPart
    pattern: str

    _compiles = field_validator("pattern")(lambda text: _pattern(text))


class BillUnit(Record):
    """What one unit of a quantity is."""

    of: Literal["tokens", "hours", "calls"]
    count: Decimal = Field(gt=0)


class BillRules(Record):
    """The whole of `data/bills.yml`."""

    sources: dict[str, Source]
    exports: dict[str, BillLayout]
    parts: tuple[PartRule, ...]
    tuned: str
    sides: dict[Side, str]
    units: dict[str, BillUnit]

    _compile = field_validator("tuned")(lambda text: _pattern(text))

    @field_validator("sides")
    @classmethod
    def _compile_sides(cls, sides: dict[Side, str]) -> dict[Side, str]:
        return {side: _pattern(text) for side, text in sides.items()}

    @cached_property
    def _tuned(self) -> re.Pattern[str]:
        return re.compile(self.tuned, re.IGNORECASE)

    def is_tuned(self, item: str) -> bool:
        """Whether an item is of a tuned model, or of tuning one."""
        return bool(self._tuned.search(item))

    def part_of(self, item: str) -> BilledPart | None:
        """What an item is; None where no pattern fits."""
        return next((rule.part for rule in self.parts if re.search(rule.pattern, item, re.IGNORECASE)), None)

    def side_of(self, item: str) -> Side | None:
        """Which tokens an item counts; None where it does not say."""
        return next((side for side, text in self.sides.items() if re.search(text, item, re.IGNORECASE)), None)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def load_bill_rules(path: Path = DATA_DIR / "bills.yml") -> BillRules:
    """Raises PriceFileError, which names file, field and fix."""
    try:
        raw: dict[str, Any] = read_yaml(read_text(path))
        known = raw.get("sources")
        sources = {
            key: Source.model_validate(value) for key, value in (known if isinstance(known, dict) else {}).items()
        }
        return BillRules.model_validate(raw, context={"sources": sources})
    except YamlError as error:
        raise PriceFileError(f"{path.name}: {error}") from None
    except ValidationError as error:
        raise PriceFileError(explain(path.name, (), error)) from None

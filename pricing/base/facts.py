"""Facts about base models that the price list doesn't have: the last days of a model, its successor, other prices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pricing.files.entries import SourcedFile, load_entries
from pricing.files.reading import DATA_DIR
from pricing.files.record import Limits, Record
from pricing.price import Source, SourceRef
from pricing.vocabulary import Day

PATH = DATA_DIR / "base_models.yml"


class BaseFacts(Record):
    """What is recorded of one model at one seller."""

    source: SourceRef
    ends: Day | None = None
    """The first day on which the model doesn't answer."""
    replaced_by: str | None = None
    """The model that the seller suggests instead, by its name there."""
    conflict: str | None = None
    """Another day, if sources disagree."""
    price_conflict: Annotated[str | None, Limits(pattern=r"^[\d.]+(/[\d.]+){1,2}$")] = None
    """Input/output or input/cached input/output, in US dollars per 1M tokens, in LiteLLM."""

    @property
    def conflict_text(self) -> str | None:
        """The figures and days of other sources as sentences; None if no source disagrees."""
        prices = f"LiteLLM has {self.price_conflict} USD per 1M tokens." if self.price_conflict else None
        return " ".join(filter(None, (self.conflict, prices))) or None

    def _check(self) -> None:
        if self.replaced_by and not self.ends:
            raise ValueError("replaced_by goes with ends; add the day, or remove it")
        if not (self.ends or self.price_conflict):
            raise ValueError("states nothing; give ends or price_conflict")


class _BaseModelsFile(SourcedFile):
    """Models by seller/name, with the sources of the facts."""

    sources: dict[str, Source]
    models: dict[str, dict[str, Any]]


def load_base_facts(path: Path = PATH) -> Mapping[str, BaseFacts]:
    """Return the recorded facts by seller/model.

    Raises:
        PriceFileError: If the file can't be used. The text names the field and the fix.
    """
    return load_entries(path, _BaseModelsFile, "models", BaseFacts)


@cache
def shipped_base_facts() -> Mapping[str, BaseFacts]:
    """Return the facts of the shipped file, read once."""
    return load_base_facts()

"""Platforms that have closed and models that no platform tunes, each with the fact and the nearest offers."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pricing.files.entries import SourcedFile, load_entries
from pricing.files.reading import PriceFileError
from pricing.files.record import Limits, Record
from pricing.price import Source, SourceRef
from pricing.vocabulary import PartialDate

NamePattern = Annotated[str, Limits(pattern=r"^\*?[a-z0-9][a-z0-9 .:/*-]*$", max_length=80)]
"""A name in lower case; * stands for any characters."""


class NotSold(Record):
    """A platform or model that can't be bought, with the fact that a buyer should know."""

    names: Annotated[tuple[NamePattern, ...], Limits(min_length=1)]
    """As people write it, with or without the platform: `cohere`, `gpt-5*`, `azure/gpt-5*`."""
    status: Literal["closed", "not offered"]
    """closed: it was sold; not offered: it never was."""
    ended: PartialDate | None = None
    """The first day on which it wasn't sold; a month or a year if the day is unknown."""
    fact: Annotated[str, Limits(min_length=10, max_length=400)]
    """One or two sentences, with the day where it is known."""
    nearest: tuple[str, ...] = ()
    """Ids of the offers to suggest instead, the nearest one at the start."""
    source: SourceRef

    def matches(self, name: str) -> bool:
        """Return whether a name in lower case, with or without a platform, is one of these."""
        return any(fnmatchcase(part, pattern) for pattern in self.names for part in (name, name.rpartition("/")[2]))

    @cached_property
    def text(self) -> str:
        """Return the fact and the nearest offers as a message for the user."""
        return f"{self.fact} Nearest that is sold: {' or '.join(self.nearest)}." if self.nearest else self.fact


class _NotSoldFile(SourcedFile):
    """Names that aren't sold, by key, with the sources of the facts. The entry that comes earlier wins."""

    sources: dict[str, Source]
    entries: dict[str, dict[str, Any]]


def load_not_sold(path: Path, offers: Container[str], digest: hashlib._Hash) -> tuple[NotSold, ...]:
    """Return the entries of the file, in its order.

    Args:
        path: The file.
        offers: Ids of the catalogue's offers.
        digest: Takes in the text, so that the version of the catalogue changes with it.

    Returns:
        Nothing if there is no such file, as beside price files that aren't the catalogue's.

    Raises:
        PriceFileError: If the file can't be used, or an entry names an offer that the catalogue doesn't have.
    """
    if not path.exists():
        return ()
    entries = load_entries(path, _NotSoldFile, "entries", NotSold, digest)
    for key, entry in entries.items():
        if unknown := [offer_id for offer_id in entry.nearest if offer_id not in offers]:
            where = f"{path.name}: entries.{key}.nearest"
            raise PriceFileError(f"{where}: {unknown[0]!r} isn't an offer of the catalogue; correct or remove it")
    return tuple(entries.values())

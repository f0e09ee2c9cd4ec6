"""Data files of one kind of record by key, with the sources that the records name."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from pricing.files.reading import read_record, read_text, validate_records
from pricing.files.record import Record, Sources
from pricing.files.snapshot import load_snapshot

R = TypeVar("R", bound=Record)


class SourcedFile(Record):
    """A file whose records name their sources by key."""

    sources: Sources


def load_entries(
    path: Path, file_kind: type[SourcedFile], place: str, kind: type[R], digest: hashlib._Hash | None = None
) -> dict[str, R]:
    """Return the records of a file by key, in its order, from its snapshot if that is current.

    Args:
        path: The file.
        file_kind: The type of the file, with the fields of each record.
        place: The key that holds the records, such as `rules`.
        kind: The type of the records.
        digest: Takes in the text, so that the version of the catalogue changes with it.

    Raises:
        PriceFileError: If the file can't be used. The text names the field and the fix.
    """
    text = read_text(path)
    if digest:
        digest.update(text.encode())

    def validated() -> dict[str, R]:
        file = read_record(path.name, text, file_kind)
        return validate_records(path.name, place, getattr(file, place), kind, file.sources)

    return load_snapshot(path, dict[str, kind], [text], validated)  # type: ignore[valid-type]

"""Results for tests that need one of no particular content."""

from __future__ import annotations

from datetime import date

from bot.results import SCHEMA_VERSION, SavedNotes, StoredResult


def stored_result(*, headline: str = "“ü”", notes: SavedNotes | None = None) -> StoredResult:
    """Return a result without offers."""
    return StoredResult(
        schema_version=SCHEMA_VERSION,
        as_of=date(2026, 11, 21),
        catalog_version="2026-11.test",
        scenario={"on": "all"},
        headline=headline,
        question="",
        estimates=(),
        baseline=None,
        options=(),
        verdict=None,
        base=None,
        own_gpus=None,
        drivers=None,
        notes=notes or SavedNotes(),
    )

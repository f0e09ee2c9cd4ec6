"""An empty database of each kind, as fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.queue.places import Candidate
from bot.queue.store import Choose
from bot.store import Database, open_database
from tests.conftest import TODAY

NOW = TODAY.replace(tzinfo=None)
LEASE = timedelta(seconds=15)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a SQLite file in a folder that does not exist, and of PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'new' / 'folder' / 'ftcost.sqlite3'}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await open_database(url)
    yield opened
    await opened.close()


def oldest(count: int) -> Choose:
    """Return a choice of the oldest jobs, whoever they belong to."""

    def choose(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        return sorted(candidates)[:count]

    return choose

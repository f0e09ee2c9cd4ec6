"""A bot that a test starts, stops and starts again on the same database file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from playground import FakeSlack
from pricing import Catalog
from tests.conftest import Workspace, running_bot

Start = Callable[[], AbstractAsyncContextManager[Workspace]]


@pytest.fixture
def database_path(database_url: str) -> Path:
    """The database file of `start` and `workspace`."""
    return Path(database_url.removeprefix("sqlite:///"))


@pytest.fixture
def start(catalog: Catalog, slack: FakeSlack, database_url: str) -> Start:
    """A function that starts a bot. When its `async with` ends, all accepted jobs are done."""
    return lambda: running_bot(catalog, slack, database_url)

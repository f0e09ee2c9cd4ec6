"""A bot that counts training files in a thread.

They are counted in processes of their own where a test starts the bot itself, in tests/bot/counting and in the browser.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from playground import FakeSlack
from pricing import Catalog
from tests.bot.counting.in_thread import count_in_thread
from tests.conftest import Workspace, running_bot


@pytest.fixture
async def workspace(catalog: Catalog, slack: FakeSlack, database_url: str) -> AsyncIterator[Workspace]:
    async with running_bot(catalog, slack, database_url, file_counter=count_in_thread) as running:
        yield running
    assert slack.violations == [], "the bot sent what Slack refuses"

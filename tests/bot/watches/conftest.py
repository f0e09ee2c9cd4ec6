"""A bot whose estimates are watched."""

from __future__ import annotations

import pytest

from playground import FakeSlack
from tests.bot.watches.life import Life


@pytest.fixture
def life(slack: FakeSlack, database_url: str) -> Life:
    return Life(slack, database_url)

"""A database of release 0.2.0 is used by this one, and its backup is used again.

With 0.2.0 a person saved a default (days=22) and a budget of $5,000, asked a question (“kept”), changed it to 5 epochs
and watched it; a colleague asked another (“hosted”); and the bot was stopped while it answered a third (“waits”).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playground import FakeSlack
from pricing import Catalog
from tests import postgres
from tests.bot import slack_actions
from tests.bot.message_text import figures, texts
from tests.bot.support_bot import FIGURES
from tests.conftest import running_bot

DUMPS = Path(__file__).parent / "release_0_2"


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database into which a backup of release 0.2.0 was restored."""
    dump = (DUMPS / f"{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        with closing(sqlite3.connect(tmp_path / "old.sqlite3")) as connection:
            connection.executescript(dump)
        yield f"sqlite:///{tmp_path / 'old.sqlite3'}"
        return
    with postgres.fresh_schema(request.getfixturevalue("postgres_server")) as url:
        postgres.execute(url, dump)
        yield url


async def test_data_and_waiting_work_of_0_2_survive_the_upgrade(
    catalog: Catalog, slack: FakeSlack, old_url: str
) -> None:
    for start in (1, 2):
        async with running_bot(catalog, slack, old_url):
            card = await slack_actions.answered(slack)
            assert card["text"].startswith("waits: Your rate: $13,080 over 12 months.")
            assert figures(card).items() >= FIGURES.items()
            assert "Above the budget of $5,000.00" in texts(card)
            listed = await ask(slack, "list")
            assert all(name in listed for name in ("kept", "waits"))
            assert "hosted" not in listed, "the colleague's"
            answers = [await ask(slack, f"show {name}") for name in re.findall(r"`([0-9a-z]{10})`", listed)]
            assert any("kept" in text and "$13,160" in text for text in answers), "8M tokens more at $10"
            assert "kept" in await ask(slack, "watch")
            audit = await ask(slack, "audit")
            assert all(change in audit for change in ("days", "22", "5000 USD", "over 5%"))
        assert len(slack.messages()) == 1, f"start {start}: the interrupted answer is there once"


async def ask(slack: FakeSlack, command: str) -> str:
    """Return the answer to a look-up, which only the user sees."""
    before = len(slack.ephemerals())
    await slack.command(command)
    answer: Any = (await slack.wait_for(lambda: slack.ephemerals()[before:]))[0]
    return texts(answer)

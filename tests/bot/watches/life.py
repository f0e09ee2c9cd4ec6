"""One bot over weeks, and its alerts. The figures are in tests/bot/fixture_catalog.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from playground import FakeSlack
from pricing import Catalog
from tests.bot import fixture_catalog, slack_actions
from tests.bot.fixture_catalog import ON, catalogue
from tests.bot.message_text import estimate_id, texts
from tests.bot.slack_actions import Json
from tests.conftest import TODAY, Workspace, running_bot

DAY = timedelta(days=1)


@dataclass
class Life:
    """One bot over weeks: started again and again on the same database, with the catalogue of the day."""

    slack: FakeSlack
    url: str
    time: datetime = TODAY

    @asynccontextmanager
    async def start(self, catalog: Catalog) -> AsyncIterator[Workspace]:
        async with running_bot(catalog, self.slack, self.url, lambda: self.time) as running:
            yield running

    async def look(self, catalog: Catalog, after: timedelta = DAY) -> None:
        """Start later, look at the clock, and stop when all that was due is done."""
        self.time += after
        async with self.start(catalog) as running:
            await running.app.scheduler.look()

    async def ask_and_watch(
        self, watch: str = "", *, on: str = ON, catalog: Catalog | None = None, more: str = ""
    ) -> Json:
        """Ask the example, and watch it; its first message."""
        async with self.start(catalog or catalogue()):
            parent = await slack_actions.ask(self.slack, f"on={on} {fixture_catalog.LINE} {more}")
            answer = await self.slack.command(f"watch {estimate_id(parent)} {watch}")
            assert "is watched" in answer.json()["text"], answer.body
            assert ("or of prompting" in answer.json()["text"]) == ("base=" in more)
        return parent

    def alerts(self, parent: Json) -> list[Json]:
        """What was told in the thread, after the answer itself."""
        replies = self.slack.messages(parent["channel"], parent["ts"])
        return [reply for reply in replies if "unwatch" in texts(reply)]

"""A backup that is taken while the bot runs, and restored: nothing is lost, and accepted work is done."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import difference, estimate_id
from tests.conftest import running_bot


async def test_backup_of_a_running_bot_is_restored(catalog: Catalog, slack: FakeSlack, tmp_path: Path) -> None:
    """With the command of docs/deploy.md, while an answer waits for Slack."""
    never = asyncio.Event()
    url, copy = f"sqlite:///{tmp_path / 'db.sqlite3'}", tmp_path / "copy.sqlite3"
    async with running_bot(catalog, slack, url) as running:
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.delay_next("chat.postMessage", never)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        await running.app.worker.close(seconds=0)
    assert len(slack.messages()) == 1
    async with running_bot(catalog, slack, f"sqlite:///{copy}"):
        await slack.wait_for(lambda: len(slack.messages()) == 2)
        await slack.command(f"show {estimate_id(parent)}")
        assert "$13,080 over 12 months" in slack.ephemerals()[-1]["text"]
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        assert difference(await slack_actions.change(slack, parent))[3] == "+$80"
    never.set()

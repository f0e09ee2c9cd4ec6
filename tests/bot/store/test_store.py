"""Estimates and jobs outlive the process."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, event

from bot.errors import is_transient
from bot.store import Audit, DefaultsStore, SqliteDatabase, new_estimate_id, open_database
from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.database_fixtures import NOW
from tests.bot.message_text import difference, estimate_id, filled_fields
from tests.conftest import Workspace


async def test_estimate_survives_a_restart(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot"')
    async with start():
        await slack.command("list")
        assert "support bot" in slack.ephemerals()[-1]["text"]
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
        assert filled_fields(view) == support_bot.FIELDS | {"name": "support bot"}
        await slack.submit_view(view["id"], slack.fill(view, {"epochs": "5"}))
        change = await slack_actions.change(slack, parent)
        assert difference(change)[3] == "+$80", "8M more tokens at $10"
        await slack.say(f"<@{slack.bot_user}> epochs=3", thread_ts=parent["ts"])
        await slack.wait_for(lambda: slack.messages(slack.general, parent["ts"])[3:])
    assert difference(slack.messages(slack.general, parent["ts"])[-1])[3] == "−$80"


def test_ids_are_ten_unambiguous_random_characters() -> None:
    """28 signs, ten places: 28^10 is about 3 × 10^14, or 48 bits."""
    ids = [new_estimate_id() for _ in range(2_000)]
    assert {len(estimate_id) for estimate_id in ids} == {10}
    assert len(set(ids)) == 2_000
    characters = set("".join(ids))
    assert len(characters) >= 28
    assert not characters & set("aeiou01lAEIOU"), "no words, nothing that looks like something else"


async def test_id_in_slack_is_the_one_that_show_takes(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert len(estimate_id(parent)) == 10
    await slack.command(f"show `{estimate_id(parent)}`")
    assert "$13,080 over" in slack.ephemerals()[-1]["text"]


async def test_job_that_kills_its_process_is_abandoned(start: Start, slack: FakeSlack, database_path: Path) -> None:
    """Begun eight times and never finished: the next start tells the person instead of dying again."""
    never = asyncio.Event()
    async with start() as running:
        slack.delay_next("chat.postMessage", never)
        await slack.command(support_bot.LINE)
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    with sqlite3.connect(database_path) as connection:
        assert connection.execute("SELECT attempts FROM inbox").fetchall() == [(1,)]
        connection.execute("UPDATE inbox SET attempts = 8")
    connection.close()
    async with start():
        pass
    assert slack.messages() == []
    assert "went wrong on our side" in slack.ephemerals()[0]["text"]
    never.set()


async def test_full_disk_is_survived_with_minimal_loss(tmp_path: Path) -> None:
    """SQLite ends the whole transaction by itself then, the group of all who write at this moment."""
    database = await open_database(f"sqlite:///{tmp_path / 'db'}")
    assert isinstance(database, SqliteDatabase)
    pages = 1  # raised to the present size

    @event.listens_for(database.engine, "begin")
    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    defaults = DefaultsStore(database, Audit(database, lambda: NOW))
    large = {"on": "x" * 100_000}
    outcomes = await asyncio.gather(*(defaults.set(f"T{n}", "U1", large) for n in range(3)), return_exceptions=True)
    assert [is_transient(error) for error in outcomes if isinstance(error, BaseException)] == [True] * 3
    pages = 1_000_000
    await defaults.set("T1", "U1", large)
    assert await defaults.get("T1") == large
    assert await defaults.get("T2") == {}
    await database.close()

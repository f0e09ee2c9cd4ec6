"""Alerts are posted once, whatever fails, and reach the watcher where the thread is gone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from playground import FakeSlack
from tests.bot import slack_actions
from tests.bot.fixture_catalog import catalogue, offer
from tests.bot.message_text import estimate_id, texts
from tests.bot.slack_actions import Json
from tests.bot.watches.life import DAY, Life


async def test_two_replicas_send_one_alert(slack: FakeSlack, postgres_url: str) -> None:
    life = Life(slack, postgres_url)
    parent = await life.ask_and_watch()
    life.time += DAY
    dearer = catalogue(offer(input="4"))
    async with life.start(dearer) as first, life.start(dearer) as other:
        await asyncio.gather(*(replica.app.scheduler.look() for replica in (first, other)))
        await asyncio.gather(*(replica.app.scheduler.look() for replica in (first, other)))
    assert len(life.alerts(parent)) == 1


async def test_running_bot_checks_watches_by_itself(life: Life, slack: FakeSlack) -> None:
    parent = await life.ask_and_watch()
    life.time += DAY
    async with life.start(catalogue(offer(input="4"))) as running:
        running.app.scheduler.start()
        await slack.wait_for(lambda: life.alerts(parent))


async def test_alert_survives_a_crash(life: Life, slack: FakeSlack) -> None:
    parent = await life.ask_and_watch()
    life.time += DAY
    dearer = catalogue(offer(input="4"))
    async with life.start(dearer) as running:
        never = asyncio.Event()
        slack.delay_next("chat.postMessage", never)
        await running.app.scheduler.look()
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    assert life.alerts(parent) == []
    async with life.start(dearer):
        pass
    assert len(life.alerts(parent)) == 1
    await life.look(dearer)
    assert len(life.alerts(parent)) == 1
    never.set()


async def test_alert_with_a_lost_response_is_not_repeated(life: Life, slack: FakeSlack) -> None:
    """As after a kill between posting and writing it down, where the bot may read the thread."""
    parent = await life.ask_and_watch()
    slack.scopes.add("channels:history")
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    dearer = catalogue(offer(input="4"))
    for after in (timedelta(), DAY):
        await life.look(dearer, after)
    assert len(life.alerts(parent)) == 1


async def test_jumping_clock_repeats_no_alert(life: Life) -> None:
    """A day back after an alert, then on; $4 holds from 2026-11-22."""
    parent = await life.ask_and_watch()
    later = catalogue(offer(input_later=("4", "2026-11-22")))
    for jump in (1, -1, 1, 3, -2):
        await life.look(later, timedelta(days=jump))
    assert len(life.alerts(parent)) == 1


async def test_alert_refused_by_slack_is_retried_without_an_apology(life: Life, slack: FakeSlack) -> None:
    parent = await life.ask_and_watch()
    before = len(slack.ephemerals())
    slack.fail_next("chat.postMessage", "fatal_error")
    dearer = catalogue(offer(input="4"))
    await life.look(dearer)
    assert life.alerts(parent) == []
    await life.look(dearer)
    assert len(life.alerts(parent)) == 1
    assert len(slack.ephemerals()) == before


async def test_watches_are_not_checked_before_their_hour(life: Life) -> None:
    parent = await life.ask_and_watch()
    await life.look(catalogue(offer(input="4")), timedelta(hours=18, minutes=59))  # 06:59 UTC
    assert life.alerts(parent) == []
    await life.look(catalogue(offer(input="4")), timedelta(minutes=1))
    assert len(life.alerts(parent)) == 1


async def test_new_catalogue_is_checked_on_the_same_day(life: Life) -> None:
    parent = await life.ask_and_watch()
    await life.look(catalogue(), timedelta())
    await life.look(catalogue(offer(input="4")), timedelta(hours=1))
    assert len(life.alerts(parent)) == 1


async def delete_thread(slack: FakeSlack, parent: Json) -> None:
    slack.workspace.remove(parent)


async def remove_bot(slack: FakeSlack, parent: Json) -> None:
    """From a private channel, which does not exist for it then; as a deleted one does not."""
    channel = slack.workspace.channels[parent["channel"]]
    channel.kind, channel.members = "private", channel.members - {slack.bot_user}


async def archive(slack: FakeSlack, parent: Json) -> None:
    slack.fail_next("chat.postMessage", "is_archived")


@pytest.mark.parametrize("lose", [delete_thread, remove_bot, archive])
async def test_deleted_thread_alerts_the_watcher_directly(
    life: Life, slack: FakeSlack, lose: Callable[[FakeSlack, Json], object]
) -> None:
    parent = await life.ask_and_watch(more="name=bot")
    await lose(slack, parent)  # type: ignore[misc]
    dearer = catalogue(offer(input="4"))
    for _ in range(2):
        await life.look(dearer)
    (direct,) = slack.messages(slack.im)
    assert "+$1,800.00" in texts(direct)
    assert "can no longer post in the thread of your estimate “bot”" in texts(direct)
    assert life.alerts(parent) == []


async def test_watch_without_thread_and_watcher_ends(life: Life, slack: FakeSlack) -> None:
    parent = await life.ask_and_watch()
    slack.workspace.remove(parent)
    slack.fail_next("conversations.open", "user_not_found")
    dearer = catalogue(offer(input="4"))
    await life.look(dearer)
    async with life.start(dearer):
        assert "You don't watch any estimate" in (await slack.command("watch")).json()["text"]


async def test_five_hundred_watches_do_not_block_requests(life: Life, slack: FakeSlack, database_path: Path) -> None:
    """Copies of one estimate, of which every hundredth is dearer by more than its threshold."""
    parent = await life.ask_and_watch()
    connection = sqlite3.connect(database_path)
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 598) INSERT INTO estimates"
        " SELECT i, 'copy' || i, team_id, user_id, channel_id, thread_ts, message_ts, edit_of, name, fields, result,"
        " as_of, catalog_version, posted, created_at FROM estimates, n WHERE id = ?",
        [estimate_id(parent)],
    )
    connection.execute(
        "INSERT INTO watches SELECT number, team_id, id, user_id, iif(number % 100 = 0, '5%', '$5000'),"
        " (SELECT told FROM watches), 0, created_at FROM estimates WHERE id LIKE 'copy%'"
    )
    connection.commit()
    connection.close()
    life.time += DAY
    async with life.start(catalogue(offer(input="4"))) as running:
        await running.app.scheduler.look()
        assert (await slack_actions.get_json(f"{running.url}/healthz"))[0] == 200
        await slack.wait_for(lambda: len(life.alerts(parent)) == 1 + 5)
    assert len(life.alerts(parent)) == 1 + 5

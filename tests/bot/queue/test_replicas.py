"""Several bots on one database: leases, order, and a database that closes its connections."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

from bot.queue.model import EstimateJob, QueuedJob
from bot.queue.store import JobStore
from bot.store import open_database
from playground import FakeSlack, Payloads
from pricing import Catalog
from tests import postgres
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import difference, figures
from tests.conftest import TODAY, running_bot


async def test_job_of_a_killed_replica_runs_when_its_lease_ends(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    """A killed process leaves a lease that is not renewed."""
    time = [TODAY]
    database = await open_database(postgres_url)
    killed = JobStore(database, lambda: time[0].replace(tzinfo=None), timedelta(seconds=15))
    job = EstimateJob(
        estimate_id="bcdfghjkmn",
        team_id="T0PLAYGRND",
        user_id=slack.you,
        channel_id=slack.general,
        fields=support_bot.FIELDS,
        as_of=TODAY.date(),
    )
    await killed.put(QueuedJob("view:V1:h", job), claim=True)
    async with running_bot(catalog, slack, postgres_url, lambda: time[0]):
        assert (await slack.command(support_bot.LINE)).ok
        await slack_actions.answered(slack)
        assert len(slack.messages()) == 1, "the lease lasts"
        time[0] += timedelta(seconds=15)
        await slack.wait_for(lambda: len(slack.messages()) == 2)
    await database.close()
    assert [figures(message) for message in slack.messages()] == [support_bot.FIGURES] * 2
    assert all(slack_actions.is_complete(slack, message) for message in slack.messages())


async def test_closed_database_connections_lose_no_answer(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    """Between the parent and its mark, and again before the next question."""
    async with running_bot(catalog, slack, postgres_url):
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        slack.scopes.add("channels:history")
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        postgres.cut_off(postgres_url)
        gate.set()
        parent = await slack_actions.answered(slack)
        postgres.cut_off(postgres_url)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        assert slack.deliveries[-1].ok
        assert difference(await slack_actions.change(slack, parent))[3] == "+$80"
    assert slack.messages() == [slack.messages()[0]]
    assert slack.ephemerals() == []


async def test_two_replicas_answer_once_and_keep_thread_order(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    async with (
        running_bot(catalog, slack, postgres_url) as first_bot,
        running_bot(catalog, slack, postgres_url) as second_bot,
    ):
        urls = [f"{replica.url}/slack/events" for replica in (first_bot, second_bot)]
        body = urlencode(Payloads(slack.workspace).command("/ftcost", support_bot.LINE, slack.you, slack.general))
        responses = await asyncio.gather(*(slack_actions.post_signed(url, body, slack.signing_secret) for url in urls))
        assert [status for status, _ in responses] == [200, 200]
        parent = await slack_actions.answered(slack)
        for number, epochs in enumerate((5, 6, 7, 8)):  # each answer names the difference to the one before it
            slack.events_url = urls[number % 2]
            await slack.say(f"<@{slack.bot_user}> epochs={epochs}", thread_ts=parent["ts"])
        await slack.wait_for(lambda: len(slack.messages(thread_ts=parent["ts"])) == 1 + 2 * 4)
    assert slack.messages() == [parent]
    changes = [m for m in slack.messages(thread_ts=parent["ts"])[1:] if m["user"] == slack.bot_user]
    assert [difference(change)[3] for change in changes] == ["+$80", "+$40", "+$40", "+$40"]

"""The short form of `make test-chaos`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playground import FakeSlack
from tests import postgres
from tests.bot import slack_actions, support_bot
from tests.chaos.processes import Replica, environment
from tests.chaos.storm import Plan, storm


async def test_all_work_is_answered_once_whatever_fails(postgres_url: str, tmp_path: Path) -> None:
    """Two replicas on PostgreSQL, which ends all connections once, as a restart does."""

    async def cut_off() -> None:
        await asyncio.to_thread(postgres.cut_off, postgres_url)

    plan = Plan(submissions=20, changes=6, files=2, alerts=3, kills=2, seed=1, restart_database=cut_off, restarts=1)
    outcome = await storm(postgres_url, plan, tmp_path)
    print(outcome)
    assert outcome.faults, "Slack failed some calls"
    assert (outcome.lost, outcome.doubled, outcome.apologies) == (0, 0, 0), str(outcome)


async def test_all_work_is_answered_once_when_the_disk_was_full(tmp_path: Path) -> None:
    plan = Plan(submissions=15, changes=5, alerts=2, kills=2, seed=1, replicas=1, full_disks=1)
    outcome = await storm(f"sqlite:///{tmp_path / 'ftcost.sqlite3'}", plan, tmp_path)
    print(outcome)
    assert (outcome.lost, outcome.doubled, outcome.apologies) == (0, 0, 0), str(outcome)


async def test_connections_without_a_request_are_closed(slack: FakeSlack, tmp_path: Path) -> None:
    replica = Replica(environment(slack, f"sqlite:///{tmp_path / 'ftcost.sqlite3'}"))
    await replica.start()
    try:
        port = int(replica.address.rsplit(":", 1)[1])
        for sent in (b"", b"POST /slack/events HTTP/1.1\r\nHost: a"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            assert await reader.read() == b""
            writer.close()
        assert await slack_actions.get_text(f"{replica.address}/healthz")
    finally:
        await replica.kill()


async def test_stopping_replica_hands_its_jobs_to_the_other(slack: FakeSlack, postgres_url: str) -> None:
    """Slack does not answer the one that stops. The other needs no lease to end, nor does the stop cost an attempt."""
    never = asyncio.Event()
    first, other = (Replica(environment(slack, postgres_url)) for _ in range(2))
    try:
        await asyncio.gather(first.start(), other.start())
        slack.events_url = first.url
        slack.delay_next("chat.postMessage", never)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        assert await asyncio.wait_for(first.stop(), 5) == 0
        parent = await slack_actions.answered(slack)
    finally:
        never.set()
        await asyncio.gather(first.kill(), other.kill())
    assert slack.messages()[:1] == [parent]

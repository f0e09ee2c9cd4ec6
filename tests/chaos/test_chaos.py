"""The short form of `make test-chaos`."""

from __future__ import annotations

import asyncio

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.chaos.storm import Replica, environment, storm


async def test_every_submission_ends_as_one_thread_whatever_is_killed(postgres_url: str) -> None:
    outcome = await storm(postgres_url, submissions=30, kills=2, seed=1)
    print(outcome)
    assert outcome.faults > 5, "it was a storm"
    assert (outcome.lost, outcome.doubled, outcome.apologies) == (0, 0, 0), str(outcome)


async def test_stopping_replica_hands_its_jobs_to_the_other(slack: FakeSlack, postgres_url: str) -> None:
    """Slack does not answer the one that stops. The other needs no lease to end, nor does the stop cost an attempt."""
    never = asyncio.Event()
    one, other = (Replica(environment(slack, postgres_url)) for _ in range(2))
    try:
        await asyncio.gather(one.start(), other.start())
        slack.events_url = one.url
        slack.delay_next("chat.postMessage", never)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        assert await asyncio.wait_for(one.stop(), 5) == 0
        parent = await slack_actions.answered(slack)
    finally:
        never.set()
        await asyncio.gather(one.kill(), other.kill())
    assert slack.messages()[:1] == [parent]

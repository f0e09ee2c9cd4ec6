"""Cancelling the count of a training file."""

from __future__ import annotations

import pytest

from bot.services import Services
from bot.usecases.datasets import RunOfAnotherUser, cancel_run
from playground import FakeSlack
from tests.bot.usecases.requests import TEAM, press

KEY = "dataset:1"


@pytest.fixture
async def run(services: Services, slack: FakeSlack) -> str:
    """Returns the key of a count that `you` started."""
    place = {"channel_id": slack.general, "thread_ts": "1.1", "message_ts": "1.2"}
    await services.dataset_runs.begin(KEY, team_id=TEAM, user_id=slack.you, **place)
    return KEY


async def test_sender_cancels_the_count(services: Services, slack: FakeSlack, run: str) -> None:
    await cancel_run(services, press(slack.you, run))
    cancelled = await services.dataset_runs.get(run, team_id=TEAM)
    assert cancelled is not None
    assert cancelled.cancelled_at is not None


async def test_other_users_do_not_cancel_the_count(services: Services, slack: FakeSlack, run: str) -> None:
    with pytest.raises(RunOfAnotherUser, match=f"Only <@{slack.you}>") as caught:
        await cancel_run(services, press(slack.colleague, run))
    assert (caught.value.run.channel_id, caught.value.run.thread_ts) == (slack.general, "1.1")
    stored = await services.dataset_runs.get(run, team_id=TEAM)
    assert stored is not None
    assert stored.cancelled_at is None


async def test_unknown_count_cancels_no_other(services: Services, slack: FakeSlack, run: str) -> None:
    await cancel_run(services, press(slack.you, "dataset:nowhere"))
    stored = await services.dataset_runs.get(run, team_id=TEAM)
    assert stored is not None
    assert stored.cancelled_at is None
    assert await services.dataset_runs.get("dataset:nowhere", team_id=TEAM) is None

"""When a replica says that requests should go elsewhere."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from aiohttp.test_utils import TestServer

from bot.app import build_app
from bot.config import Config
from bot.queue.model import EstimateJob, QueuedJob
from bot.queue.store import JobStore
from bot.store import open_database
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.conftest import TODAY, running_bot


async def test_work_that_nobody_begins_for_a_minute_makes_the_bot_unready_until_it_is_begun(
    catalog: Catalog, slack: FakeSlack, tmp_path: Path
) -> None:
    """The worker does not look for work until it is told to."""
    time = [TODAY]
    database = await open_database(f"sqlite:///{tmp_path / 'queue.sqlite3'}")
    job = EstimateJob(
        estimate_id="bcdfghjkmn",
        team_id="T0PLAYGRND",
        user_id=slack.you,
        channel_id=slack.general,
        fields=support_bot.FIELDS,
        as_of=TODAY.date(),
    )
    other = JobStore(database, lambda: time[0].replace(tzinfo=None), timedelta(seconds=15))
    await other.put(QueuedJob("view:V1:h", job))
    config = Config(access=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url)
    async with (
        build_app(config, catalog, database, lambda: time[0]) as app,
        TestServer(app.web) as server,
    ):
        readyz = str(server.make_url("/readyz"))
        time[0] += timedelta(seconds=60)
        assert await slack_actions.get_json(readyz) == (200, {"ok": True})
        time[0] += timedelta(seconds=1)
        status, said = await slack_actions.get_json(readyz)
        assert (status, said) == (503, {"ok": False, "queue": "1 jobs wait, the oldest for 61 s"})
        assert (await slack_actions.get_json(str(server.make_url("/healthz"))))[0] == 200
        await app.worker.resume()
        assert await slack_actions.get_json(readyz) == (200, {"ok": True}), "it is worked on"
        await slack_actions.answered(slack)
    await database.close()


async def test_a_token_that_slack_takes_back_later_is_noticed_within_a_minute(
    catalog: Catalog, slack: FakeSlack, database_url: str
) -> None:
    time = [TODAY]
    async with running_bot(catalog, slack, database_url, lambda: time[0]) as running:
        slack.fail_next("auth.test", "internal_error")
        slack.fail_next("auth.test", "token_revoked")
        readyz = f"{running.url}/readyz"
        assert await slack_actions.get_json(readyz) == (200, {"ok": True})
        time[0] += timedelta(seconds=60)
        assert await slack_actions.get_json(readyz) == (200, {"ok": True}), "a Slack that is away takes nothing back"
        time[0] += timedelta(seconds=60)
        status, said = await slack_actions.get_json(readyz)
        assert status == 503
        assert "token_revoked" in said["slack"]
        assert await slack_actions.get_json(readyz) == (200, {"ok": True}), "until it is taken again"
    assert [call.method for call in slack.calls] == ["auth.test"] * 4


async def test_a_slack_that_says_nothing_takes_nothing_back_of_what_it_said(
    catalog: Catalog, slack: FakeSlack, tmp_path: Path
) -> None:
    """It is asked again after a minute, and not waited for."""
    time, never = [TODAY], asyncio.Event()
    async with running_bot(catalog, slack, f"sqlite:///{tmp_path / 'db'}", now=lambda: time[0]) as running:
        time[0] += timedelta(seconds=60)
        slack.delay_next("auth.test", never)
        assert await slack_actions.get_json(f"{running.url}/readyz") == (200, {"ok": True})
        assert slack.held, "it was asked"
        never.set()

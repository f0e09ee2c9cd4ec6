"""Readiness: when a replica asks for its requests to go to another one."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.app import build_app
from bot.config import Config
from bot.errors import is_transient
from bot.queue.model import EstimateJob, QueuedJob
from bot.queue.store import JobStore
from bot.store import DatabaseUnavailable, open_database
from bot.store.database import PostgresDatabase
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.conftest import TODAY, running_bot


async def test_job_that_waits_a_minute_makes_the_bot_unready(
    catalog: Catalog, slack: FakeSlack, tmp_path: Path
) -> None:
    """The worker starts only with `resume()`, so the job waits until then."""
    current = [TODAY]
    database = await open_database(f"sqlite:///{tmp_path / 'queue.sqlite3'}")
    job = EstimateJob(
        estimate_id="bcdfghjkmn",
        team_id="T0PLAYGRND",
        user_id=slack.you,
        channel_id=slack.general,
        fields=support_bot.FIELDS,
        as_of=TODAY.date(),
    )
    other = JobStore(database, lambda: current[0].replace(tzinfo=None), timedelta(seconds=15))
    await other.put(QueuedJob("view:V1:h", job))
    config = Config(access=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url)
    async with (
        build_app(config, catalog, database, lambda: current[0]) as app,
        TestServer(app.web) as server,
    ):
        readyz = str(server.make_url("/readyz"))
        current[0] += timedelta(seconds=60)
        assert await slack_actions.get_json(readyz) == (200, {"ok": True})
        current[0] += timedelta(seconds=1)
        status, body = await slack_actions.get_json(readyz)
        assert (status, body) == (503, {"ok": False, "queue": "1 jobs are waiting, the oldest for 61 s"})
        assert (await slack_actions.get_json(str(server.make_url("/healthz"))))[0] == 200
        await app.worker.resume()
        assert await slack_actions.get_json(readyz) == (200, {"ok": True}), "the job is running"
        await slack_actions.answered(slack)
    await database.close()


async def test_bot_on_a_standby_is_unready_until_the_primary_answers(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    """A failover leaves pooled connections to a server that takes no writes. The first failed write discards them."""
    database = await open_database(postgres_url)
    config = Config(access=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url)
    async with build_app(config, catalog, database) as app, TestServer(app.web) as server:
        readyz = str(server.make_url("/readyz"))
        assert await slack_actions.get_json(readyz) == (200, {"ok": True})
        await database.execute(text("SET default_transaction_read_only = on"))
        with pytest.raises(DBAPIError) as caught:
            await database.check()
        assert is_transient(caught.value), "a job is tried again"
        await database.check()
        await database.execute(text("SET default_transaction_read_only = on"))
        unready = {"ok": False, "database": "can't be read or written"}
        assert await slack_actions.get_json(readyz) == (503, unready)
        assert await slack_actions.get_json(readyz) == (200, {"ok": True})
    await database.close()
    standby = make_url(postgres_url)
    options = f"{standby.query['options']} -cdefault_transaction_read_only=on"
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await open_database(standby.update_query_dict({"options": options}).render_as_string(hide_password=False))


async def test_clock_unlike_that_of_the_database_makes_the_bot_unready(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    """14 s late: replicas would take each other's leases for expired."""
    opened = await open_database(postgres_url)
    assert isinstance(opened, PostgresDatabase)
    database = PostgresDatabase(opened.engine, lambda: time.time() + 14)
    config = Config(access=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url)
    async with build_app(config, catalog, database) as app, TestServer(app.web) as server:
        status, body = await slack_actions.get_json(str(server.make_url("/readyz")))
        assert (status, "differs from the database's by 1" in body["clock"]) == (503, True)
        async with ClientSession() as session, session.get(server.make_url("/healthz")) as response:
            assert response.headers["Server"] == "ftcost", "no versions for strangers"
    await database.close()


async def test_revoked_token_is_noticed_within_a_minute(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    current = [TODAY]
    async with running_bot(catalog, slack, database_url, lambda: current[0]) as running:
        slack.fail_next("auth.test", "internal_error")
        slack.fail_next("auth.test", "token_revoked")
        readyz = f"{running.url}/readyz"
        assert await slack_actions.get_json(readyz) == (200, {"ok": True})
        current[0] += timedelta(seconds=60)
        assert await slack_actions.get_json(readyz) == (200, {"ok": True}), "an outage of Slack leaves the last state"
        current[0] += timedelta(seconds=60)
        status, body = await slack_actions.get_json(readyz)
        assert status == 503
        assert "token_revoked" in body["slack"]
        assert await slack_actions.get_json(readyz) == (200, {"ok": True}), "until Slack accepts it again"
    assert [call.method for call in slack.calls] == ["auth.test"] * 4


async def test_silent_slack_leaves_the_last_state(catalog: Catalog, slack: FakeSlack, tmp_path: Path) -> None:
    """Slack is asked again after a minute, and readiness doesn't wait for it."""
    current, never = [TODAY], asyncio.Event()
    async with running_bot(catalog, slack, f"sqlite:///{tmp_path / 'db'}", now=lambda: current[0]) as running:
        current[0] += timedelta(seconds=60)
        slack.delay_next("auth.test", never)
        assert await slack_actions.get_json(f"{running.url}/readyz") == (200, {"ok": True})
        assert slack.waiting_calls, "the bot asked"
        never.set()

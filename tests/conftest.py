"""The real bot, over signed HTTP, against the strict local Slack, on a real database file."""

from __future__ import annotations

import gc
import inspect
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings

from bot.app import App, build_app
from bot.config import Config
from bot.timeouts import Timeouts
from playground import FakeSlack
from pricing import Catalog, load_catalog
from tests import postgres, reused_databases
from tests.local_slack import local_slack

# The same 50 examples in each run, at any speed of the machine. HYPOTHESIS_PROFILE=explore tries 100 others, and
# `make fuzz` thousands; `make coverage` needs few, because more of them run the same lines.
_STEADY = settings(max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", _STEADY)
settings.register_profile("few", _STEADY, max_examples=5)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "fuzz", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Retries follow each other at once, so that tests wait for Slack and not for pauses.
TIMEOUTS = Timeouts(first_pause=0.01, poll=0.2, accept=8.0, know=8.0)
# Slack waits three seconds; tests do not fail because a busy machine makes the bot slower.
ACK_SECONDS = 10.0
_STARTED = time.time()
TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)

QUESTION = {
    "on": "openai,google",
    "examples": "10k",
    "example": "250/150",
    "epochs": "3",
    "calls": "50k/day",
    "call": "100/70",
}
LINE = " ".join(f"{key}={value}" for key, value in QUESTION.items())


def busy_clock() -> float:
    """Return the time for the local Slack: it advances with this process's CPU time, so that triggers do not expire
    because the machine is busy.
    """
    return _STARTED + time.process_time()


class BotClock:
    """The time for the bot: TODAY at the start of each test. It advances, because retries wait for their time."""

    def __init__(self) -> None:
        self._started = time.time()

    def restart(self) -> None:
        self._started = time.time()

    def __call__(self) -> datetime:
        return TODAY + timedelta(seconds=time.time() - self._started)


bot_clock = BotClock()


@dataclass
class Workspace:
    """A running bot and its Slack."""

    slack: FakeSlack
    app: App
    url: str


def pytest_collection_finish() -> None:
    """Exclude the imported modules from garbage collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(autouse=True)
def fail_on_open_resources(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect garbage after each asynchronous test, so that a session or connection left open fails the test that
    opened it.
    """
    yield
    if inspect.iscoroutinefunction(request.function):
        request.node.funcargs.clear()
        gc.collect()
        gc.freeze()  # the next test need not examine the survivors


@pytest.fixture(autouse=True)
def restart_bot_clock() -> None:
    bot_clock.restart()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of the session's PostgreSQL server."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL schema for one test."""
    with postgres.fresh_schema(postgres_server) as url:
        yield url


@asynccontextmanager
async def running_bot(
    catalog: Catalog, slack: FakeSlack, database_url: str, now: Callable[[], datetime] = bot_clock, **options: Any
) -> AsyncIterator[Workspace]:
    """Start the bot on a free port, and stop it as SIGTERM does: first new requests, then running jobs.

    The `options` are fields of `Config`.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(reused_databases.opened(database_url))
        config = Config(
            access=slack.bot_token,
            signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            **({"timeouts": TIMEOUTS} | options),
        )
        app = await stack.enter_async_context(build_app(config, catalog, database, now))
        await app.workspaces.fault()
        runner = web.AppRunner(app.web, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        slack.events_url = f"{url}/slack/events"
        await app.worker.resume()
        yield Workspace(slack, app, url)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = local_slack(clock=busy_clock, ack_seconds=ACK_SECONDS)
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture(scope="session")
def database_folder() -> Iterator[Path]:
    """A folder in memory, where the system has one: every commit waits until its file system has written."""
    memory = "/dev/shm"  # noqa: S108
    with TemporaryDirectory(prefix="ftcost-", dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture
def database_url(database_folder: Path) -> Iterator[str]:
    """The URL of an SQLite file with empty tables."""
    with reused_databases.fresh_file(database_folder / "ftcost.sqlite3") as url:
        yield url


@pytest.fixture
async def workspace(catalog: Catalog, slack: FakeSlack, database_url: str) -> AsyncIterator[Workspace]:
    async with running_bot(catalog, slack, database_url) as running:
        yield running
    assert slack.violations == [], "the bot sent what Slack refuses"

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
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, settings

from bot.app import App, build_app
from bot.config import Config
from bot.timeouts import Timeouts
from playground import FakeSlack
from pricing import Catalog, load_catalog
from tests import databases, postgres
from tests.local_slack import local_slack

# The same examples at every run, and no verdict on the machine's speed; HYPOTHESIS_PROFILE=explore looks further.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "fuzz", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Attempts follow each other at once: what a test waits for is its Slack and never a pause.
TIMEOUTS = Timeouts(first_pause=0.01, poll=0.2, accept=8.0, know=8.0)
# Slack waits three seconds. A busy machine that makes the bot slower fails no test, unless time is its point.
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
    """Slack's clock: it goes while this process works, so that no trigger expires because others keep it from that."""
    return _STARTED + time.process_time()


def bot_clock() -> datetime:
    """Return the time of day as the bot sees it: it passes, because a retry waits for its time."""
    return TODAY + timedelta(seconds=time.time() - _STARTED)


@dataclass
class Workspace:
    """A running bot and the Slack it lives in."""

    slack: FakeSlack
    app: App
    url: str


def pytest_collection_finish() -> None:
    """All that was imported stays, and need not be looked through again and again for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(autouse=True)
def nothing_is_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A session or connection that a test forgets to close fails that test, and not the one that runs when it is found
    by chance.
    """
    yield
    if inspect.iscoroutinefunction(request.function):
        request.node.funcargs.clear()
        gc.collect()
        gc.freeze()  # what has outlived this test, the next one need not look through


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the PostgreSQL server that the whole session shares."""
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database of the test's own."""
    with postgres.fresh_schema(postgres_server) as url:
        yield url


@asynccontextmanager
async def running_bot(
    catalog: Catalog, slack: FakeSlack, database_url: str, now: Callable[[], datetime] = bot_clock, **options: Any
) -> AsyncIterator[Workspace]:
    """Start the bot on a free port, and stop it as SIGTERM would: new requests first, then the work that runs. The
    `options` go to `Config`.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(databases.opened(database_url))
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


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an SQLite file with no row in it."""
    folder = tmp_path_factory.getbasetemp() / "database"
    folder.mkdir(exist_ok=True)
    with databases.fresh_file(folder / "ftcost.sqlite3") as url:
        yield url


@pytest.fixture
async def workspace(catalog: Catalog, slack: FakeSlack, database_url: str) -> AsyncIterator[Workspace]:
    async with running_bot(catalog, slack, database_url) as running:
        yield running
    assert slack.violations == [], "the bot sent what Slack refuses"

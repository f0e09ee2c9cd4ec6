"""A thousand workspaces with a million estimates on PostgreSQL: the time of commands, of Home, and of the alerts.

The rows are copies of two real estimates, spread over workspaces of very different sizes. They take about 10 GB of disk
while it runs. Each figure is the time within the bot, from the read command to its answer.

`python -m benchmarks.scale [ESTIMATES]`
"""

from __future__ import annotations

import json
import resource
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import uvloop
from sqlalchemy import Connection, Row, select, text

from benchmarks.load import QUESTION, SIGNING_SECRET
from benchmarks.servers import slack_stub
from bot.app import App, build_app
from bot.config import Config
from bot.jobs.watches import ScheduledJobs
from bot.language.command import read_command
from bot.listeners.home import publish
from bot.prices.current_catalog import CatalogRefresher
from bot.queue.model import CheckWatchesJob, QueuedJob
from bot.render.answer.results import build_result
from bot.results import SavedNotes, document, encode_result, store_result
from bot.store import Database, EstimateStore, RefreshedPriceStore, Retention, open_database
from bot.store.tables import estimates
from bot.usecases.lookups import answer_lookup
from bot.watches.changes import initial_state
from calculator import UserError, estimate, read_scenario
from pricing import Catalog, load_catalog
from tests import postgres

ESTIMATES = 1_000_000
WATCHES = 10_000
WORKSPACES = 1_000
USERS, CHANNELS = 20, 10
"""Of each workspace."""
WITH_ALL_OFFERS = 10
"""One of so many estimates compares all offers; the others have one offer."""
SAMPLES = 200
P99_MS = 150
"""The aim for each command."""

_ESTIMATES = text(f"""
    INSERT INTO estimates (id, team_id, user_id, channel_id, thread_ts, message_ts, name, fields, result, as_of,
        catalog_version, posted, created_at)
    SELECT substr(md5(n::text), 1, 16), 'T' || team, 'U' || n % {USERS}, 'C' || n % {CHANNELS}, n || '.1', n || '.1',
        'plan ' || n, CAST(:fields AS json), :result, :day, :version, 3, now() at time zone 'utc'
    FROM (
        SELECT n, floor({WORKSPACES} * power(random(), 2))::int AS team
        FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
    ) AS rows
""")
_WATCHES = text("""
    INSERT INTO watches (team_id, estimate_id, user_id, over, told, alerts, created_at)
    SELECT team_id, id, user_id, '5%', CAST(:state AS json), 0, created_at FROM estimates
    WHERE number >= :first AND (number - :first) % CAST(:step AS int) = 0
""")


class Durations(NamedTuple):
    """The durations of a command, in milliseconds."""

    name: str
    p50: float
    p99: float


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ESTIMATES
    with ExitStack() as stack:
        url = stack.enter_context(postgres.fresh_schema(stack.enter_context(postgres.server())))
        api_url = stack.enter_context(slack_stub())
        uvloop.run(_measure(url, api_url, count))


async def _measure(url: str, api_url: str, count: int) -> None:
    catalog, database = load_catalog(), await open_database(url)
    try:
        started = time.perf_counter()
        await _fill(database, catalog, count)
        seconds = time.perf_counter() - started
        print(f"{count:,} estimates of {WORKSPACES:,} workspaces, {WATCHES:,} watches, built in {seconds:.0f} s")
        config = Config(access="xoxb-benchmark", signing_secret=SIGNING_SECRET, slack_api_url=api_url)
        async with build_app(config, catalog, database) as app:
            await app.workspaces.fault()
            places = await _places(database, Random(1).sample(range(1, count + 1), SAMPLES))
            memory_mb = _memory_mb()
            async for name, p50, p99 in _commands(app, places):
                aim = "" if p99 <= P99_MS else f"  (aim: p99 of at most {P99_MS} ms)"
                print(f"  {name:<22} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms{aim}")
            print(f"  check of all watches   {await _check_watches(app, database):.0f} s by one replica (aim: an hour)")
            print(f"  memory                 {memory_mb:.0f} MB before the commands, {_memory_mb():.0f} MB after all")
    finally:
        await database.close()


async def _fill(database: Database, catalog: Catalog, count: int) -> None:
    """Write the estimates and the watches, then let PostgreSQL gather its statistics."""
    today = datetime.now(UTC).date()
    share = count // WITH_ALL_OFFERS
    shared = {"day": today.isoformat(), "version": catalog.version}
    large = _question({**QUESTION, "on": "all", "base": "gpt-4.1-mini"}, catalog, today)
    small = _question({**QUESTION, "on": "azure/gpt-4.1-mini@global"}, catalog, today)

    def write(connection: Connection) -> None:
        connection.execute(text("SELECT setseed(0.5)"))
        connection.execute(_ESTIMATES, {**shared, **large, "first": 1, "last": share})
        connection.execute(_ESTIMATES, {**shared, **small, "first": share + 1, "last": count})

    await database.write(write)
    store = EstimateStore(database, lambda: datetime.now(UTC).replace(tzinfo=None))
    (place,) = await _places(database, [count])
    saved = await store.get(place.id, team_id=place.team_id)
    assert saved
    state = initial_state(saved, catalog, today)
    assert state
    watched = {"state": json.dumps(document(state)), "first": share + 1, "step": (count - share) // WATCHES or 1}
    await database.write(lambda connection: connection.execute(_WATCHES, watched))
    await database.write(lambda connection: connection.execute(text("ANALYZE")))


def _question(fields: dict[str, str], catalog: Catalog, today: date) -> dict[str, object]:
    """Return the columns that hold a question and its result."""
    result = build_result(estimate(read_scenario(fields), catalog, today))
    stored = encode_result(store_result(result, SavedNotes()))
    return {"fields": json.dumps(fields), "result": zlib.compress(stored, 6)}


async def _places(database: Database, numbers: Sequence[int]) -> Sequence[Row[Any]]:
    """Return where some estimates are: their ids, workspaces, users, channels and threads."""
    columns = (estimates.c.id, estimates.c.team_id, estimates.c.user_id, estimates.c.channel_id, estimates.c.thread_ts)
    return await database.fetch_all(select(*columns).where(estimates.c.number.in_(numbers)))


async def _commands(app: App, places: Sequence[Row[Any]]) -> AsyncIterator[Durations]:
    """Yield the durations of each command, at the places in turn."""
    services, store = app.services, app.services.estimates

    def command(line: str) -> Callable[[Row[Any]], Awaitable[object]]:
        return lambda place: answer_lookup(
            services, read_command(line.format(place.id)), team_id=place.team_id, user_id=place.user_id
        )

    commands: dict[str, Callable[[Row[Any]], Awaitable[object]]] = {
        "list": command("list"),
        "show ID": command("show {}"),
        "watch (the list)": command("watch"),
        "watch ID": command("watch {}"),
        "compare two": command(f"compare {places[0].id} {{}}"),
        "Home": lambda place: publish(services, place.team_id, place.user_id),
        "estimate of a thread": lambda place: store.latest_in_thread(
            team_id=place.team_id, channel_id=place.channel_id, thread_ts=place.thread_ts, but_not=""
        ),
        "newest of a channel": lambda place: store.latest_in_channel(
            team_id=place.team_id, channel_id=place.channel_id
        ),
    }
    for name, run in commands.items():
        durations_ms = []
        for place in places:
            started = time.perf_counter()
            with suppress(UserError):  # such as two workspaces in one comparison, or too many watches
                await run(place)
            durations_ms.append((time.perf_counter() - started) * 1_000)
        durations_ms.sort()
        yield Durations(name, durations_ms[len(durations_ms) // 2], durations_ms[int(len(durations_ms) * 0.99) - 1])


async def _check_watches(app: App, database: Database) -> float:
    """Return the seconds of the daily check of all watches by one replica."""
    services = app.services
    prices = CatalogRefresher(services.current_catalog, RefreshedPriceStore(database), None)
    jobs = ScheduledJobs(services, services.watches, prices, Retention(), services.today)
    started = time.perf_counter()
    await jobs.check_watches(QueuedJob("scale", CheckWatchesJob()))
    return time.perf_counter() - started


def _memory_mb() -> float:
    """Return the memory of this process, from /proc, which only Linux has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()

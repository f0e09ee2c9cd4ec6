"""People use replicas of the bot while these are killed and Slack and the database fail; the answers are counted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.store import Database, open_database
from playground import Failure, FakeSlack
from tests.bot import slack_actions
from tests.chaos.processes import Replica, environment
from tests.chaos.replica import FULL_DISK_FLAG
from tests.chaos.work import (
    Request,
    Work,
    change,
    check_watches,
    file,
    opened_form,
    read_marks,
    submission,
    watch_changed_estimates,
)
from tests.local_slack import local_slack

FAULTS = (
    Failure("ratelimited", 429, 0),
    Failure("internal_error", 500, None),
    Failure("internal_error", 500, None, executed=True),
    Failure("service_unavailable", 503, None, seconds=1.5),
    Failure("request_timeout", 503, None, executed=True, seconds=1.5),
)
FAULT_SHARE = 0.15
SLOW = Failure(None, 200, None, executed=True, seconds=0.4)
STORMY = ("chat.postMessage", "conversations.replies", "conversations.history")
SECONDS_A_KILL = 1.2
FULL_SECONDS = 2.0
CALM_SECONDS = 120.0


@dataclass(frozen=True)
class Plan:
    """The requests and faults of a storm."""

    submissions: int
    """Forms, each of which begins a thread."""
    kills: int
    """Processes that are killed and started again."""
    seed: int
    """The seed of everything random."""
    changes: int = 0
    """Mentions that change an estimate in its thread."""
    files: int = 0
    """Training files."""
    alerts: int = 0
    """Watched estimates whose total changed."""
    replicas: int = 2
    restart_database: Callable[[], Awaitable[None]] | None = None
    """Restarts the database."""
    restarts: int = 0
    """How often the database is restarted."""
    full_disks: int = 0
    """How often an SQLite file can't grow for two seconds."""
    slow_without_history: bool = False
    """Whether Slack takes `SLOW` for each message and has no other faults, and the app has no history scopes, so that a
    message in flight at a kill may be doubled."""

    @property
    def seconds(self) -> float:
        """Return about how long it lasts."""
        return max(1.0, self.kills * SECONDS_A_KILL)


@dataclass(frozen=True)
class Outcome:
    """`lost`: accepted and without its whole answer; `doubled`: messages that appear more than once."""

    plan: Plan
    faults: int
    lost: int
    doubled: int
    apologies: int
    seconds: float

    def __str__(self) -> str:
        plan = self.plan
        return (
            f"{plan.submissions} submissions, {plan.changes} changes, {plan.files} files and {plan.alerts} alerts; "
            f"{plan.kills} kills of {plan.replicas} replicas, {plan.restarts} restarts of the database, "
            f"{plan.full_disks} full disks, {self.faults} faults of Slack; {self.seconds:.0f} s: "
            f"lost {self.lost}, doubled {self.doubled}, apologies {self.apologies}"
        )


async def storm(database_url: str, plan: Plan, folder: Path) -> Outcome:
    """Send the requests and cause the faults of a plan, wait for all answers, and count them.

    Args:
        database_url: An empty database.
        plan: The requests and faults.
        folder: An empty folder for temporary files.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with _stormy_place(database_url, plan, folder) as place:
        alerts = await watch_changed_estimates(place.slack, place.database, plan.alerts)
        place.slack.choose_failure = place.choose_failure
        outside = (place.kill(), place.restart_database(), place.fill_disk(), place.check_watches())
        requested, *_ = await asyncio.gather(place.use_bot(), *outside)
        place.slack.choose_failure = lambda _: None
        work = [*requested, *alerts]

        def lost() -> int:
            marks = read_marks(place.slack)
            return sum(not item.is_done(marks) for item in work)

        with suppress(AssertionError):  # an answer that is missing then is counted as lost
            await place.slack.wait_for(lambda: lost() == 0, timeout=CALM_SECONDS)
        return Outcome(
            plan,
            place.faults,
            lost(),
            sum(len(messages) - 1 for messages in read_marks(place.slack).values()),
            len(place.slack.ephemerals()) - plan.alerts,  # a started watch is confirmed by one
            loop.time() - started,
        )


@asynccontextmanager
async def _stormy_place(database_url: str, plan: Plan, folder: Path) -> AsyncIterator[_StormyPlace]:
    """Start Slack and the replicas, and stop them at the end."""
    full_disk = folder / "full"
    async with AsyncExitStack() as stack:
        slack = local_slack(ack_seconds=30.0)
        if not plan.slow_without_history:
            slack.scopes.add("channels:history")
        await slack.start()
        stack.push_async_callback(slack.stop)
        settings = environment(slack, database_url)
        if plan.full_disks:
            settings[FULL_DISK_FLAG] = str(full_disk)
        replicas = [Replica(settings) for _ in range(plan.replicas)]
        for replica in replicas:
            stack.push_async_callback(replica.kill)
        await asyncio.gather(*(replica.start() for replica in replicas))
        slack.events_url = replicas[0].url
        database = await open_database(database_url)
        stack.push_async_callback(database.close)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)))
        yield _StormyPlace(slack, replicas, database, session, plan, full_disk)


class _StormyPlace:
    """Slack, the replicas and the database, with the requests and faults that reach them."""

    def __init__(
        self,
        slack: FakeSlack,
        replicas: list[Replica],
        database: Database,
        session: aiohttp.ClientSession,
        plan: Plan,
        full_disk: Path,
    ) -> None:
        self.slack = slack
        self.database = database
        self.faults = 0
        self._replicas = replicas
        self._session = session
        self._plan = plan
        self._full_disk = full_disk
        self._form = opened_form(slack)
        self._dice = random.Random(plan.seed)  # noqa: S311

    def choose_failure(self, method: str) -> Failure | None:
        """Return the failure of a call to Slack; None if it succeeds."""
        if self._plan.slow_without_history:
            return SLOW if method == "chat.postMessage" else None
        if method not in STORMY or self._dice.random() > FAULT_SHARE:
            return None
        self.faults += 1
        return self._dice.choice(FAULTS)

    # --- people ------------------------------------------------------------------------------------------------------

    async def use_bot(self) -> list[Work]:
        """Send all requests at random times. Return the work that the bot accepted."""
        plan = self._plan
        kinds = ["submission"] * (plan.submissions - 1) + ["change"] * plan.changes + ["file"] * plan.files
        self._dice.shuffle(kinds)
        kinds.insert(0, "submission")  # there is a thread to change
        pause = plan.seconds / len(kinds)
        work: list[Work] = []
        async with asyncio.TaskGroup() as group:
            for number, kind in enumerate(kinds):
                request = await self._request(kind, number)
                work.append(request.work)
                group.create_task(self._send(request))
                await asyncio.sleep(self._dice.uniform(0, 2 * pause))
        return work

    async def _request(self, kind: str, number: int) -> Request:
        match kind:
            case "change":
                cards = [message for message in self.slack.messages() if message["user"] == self.slack.bot_user]
                return change(self.slack, self._dice.choice(cards)["ts"], number)
            case "file":
                return file(self.slack, number)
            case _:
                request = submission(self.slack, self._form, number)
                if number == 0:
                    await self._send(request)
                    await self.slack.wait_for(self.slack.messages)
                return request

    async def _send(self, request: Request) -> None:
        """Send a request, again and again while Slack would say that the app doesn't answer, or the bot apologizes."""
        headers = {"Content-Type": request.content_type}
        while True:
            url = self._dice.choice(self._replicas).url
            signature = slack_actions.signature(request.body, self.slack.signing_secret)
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._session.post(url, data=request.body.encode(), headers=headers | signature) as answer:
                    if answer.status == 200 and not await answer.text():
                        return
            await asyncio.sleep(0.2)

    # --- faults ------------------------------------------------------------------------------------------------------

    async def kill(self) -> None:
        """Kill replicas and start them again."""
        for _ in range(self._plan.kills):
            await asyncio.sleep(self._dice.uniform(0.3, 1.0))
            victim = self._dice.choice(self._replicas)
            await victim.kill()
            await victim.start()

    async def restart_database(self) -> None:
        """Restart the database."""
        if restart := self._plan.restart_database:
            for _ in range(self._plan.restarts):
                await asyncio.sleep(self._plan.seconds / (self._plan.restarts + 1))
                await restart()

    async def fill_disk(self) -> None:
        """Let the database's file not grow for a while."""
        for _ in range(self._plan.full_disks):
            await asyncio.sleep(self._plan.seconds / (self._plan.full_disks + 1))
            self._full_disk.touch()
            await asyncio.sleep(FULL_SECONDS)
            self._full_disk.unlink()

    async def check_watches(self) -> None:
        """Let the scheduled check of watched estimates fall due in the middle of the storm."""
        await asyncio.sleep(self._plan.seconds / 2)
        is_stored = not self._plan.alerts
        while not is_stored:
            with suppress(Exception):  # the database is away for a moment
                await check_watches(self.database)
                is_stored = True
            await asyncio.sleep(0.2)

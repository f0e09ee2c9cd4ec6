"""Many forms are submitted to two replicas while these are killed and Slack fails; what became of them is counted."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from playground import Failure, FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.slack_actions import Json
from tests.local_slack import local_slack

ROOT = Path(__file__).parents[2]
REPLICAS = 2
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
CALM_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """`lost`: accepted and without its whole thread; `doubled`: messages that stand more than once."""

    submissions: int
    kills: int
    faults: int
    lost: int
    doubled: int
    apologies: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.submissions} submissions, {self.kills} kills, {self.faults} faults of Slack in {self.seconds:.1f} s"
            f": lost {self.lost}, doubled {self.doubled}, apologies {self.apologies}"
        )


class Replica:
    """A process of the bot that is started again after every kill, at the same port."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.chaos.replica",
            cwd=ROOT,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode()
        self.url = line.split("HTTP at ")[1].split(". Health")[0]

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._process.wait()

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def storm(
    database_url: str, *, submissions: int, kills: int, seed: int, slow_without_history: bool = False
) -> Outcome:
    """Let it blow, wait until it is calm, and count.

    Args:
        database_url: An empty database.
        submissions: The number of forms.
        kills: The number of killed processes.
        seed: The seed of everything random.
        slow_without_history: Whether Slack takes `SLOW` for each message and has no other faults, and the app has no
            history scopes, so that a message in flight at a kill may be doubled.
    """
    dice = random.Random(seed)  # noqa: S311
    loop = asyncio.get_running_loop()
    started = loop.time()
    faults = 0

    def choose_failure(method: str) -> Failure | None:
        nonlocal faults
        if slow_without_history:
            return SLOW if method == "chat.postMessage" else None
        if method not in STORMY or dice.random() > FAULT_SHARE:
            return None
        faults += 1
        return dice.choice(FAULTS)

    async with AsyncExitStack() as stack:
        slack = local_slack()
        if not slow_without_history:
            slack.scopes.add("channels:history")
        await slack.start()
        stack.push_async_callback(slack.stop)
        replicas = [Replica(environment(slack, database_url)) for _ in range(REPLICAS)]
        for replica in replicas:
            stack.push_async_callback(replica.kill)
        await asyncio.gather(*(replica.start() for replica in replicas))
        slack.events_url = replicas[0].url
        form = await slack_actions.full_form(slack)

        slack.choose_failure = choose_failure
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)))
        pause = kills * 1.2 / submissions

        async def people() -> None:
            async with asyncio.TaskGroup() as group:
                for number in range(submissions):
                    body = _submission(slack, form, number)
                    group.create_task(_submit(session, slack, replicas, body, dice))
                    await asyncio.sleep(dice.uniform(0, 2 * pause))

        async def killer() -> None:
            for _ in range(kills):
                await asyncio.sleep(dice.uniform(0.3, 1.0))
                victim = dice.choice(replicas)
                await victim.kill()
                await victim.start()

        await asyncio.gather(people(), killer())
        slack.choose_failure = lambda _: None
        with suppress(AssertionError):  # what is missing then is counted as lost
            await slack.wait_for(lambda: _lost(slack, submissions) == 0, timeout=CALM_SECONDS)
        return Outcome(
            submissions,
            kills,
            faults,
            _lost(slack, submissions),
            _doubled(slack),
            len(slack.ephemerals()),
            loop.time() - started,
        )


def environment(slack: FakeSlack, database_url: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "FTCOST_"))}
    return kept | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "FTCOST_DATABASE_URL": database_url,
        "FTCOST_PORT": "0",
        "FTCOST_REQUESTS_AT_ONCE": "1000000",  # one person stands for all
        "PYTHONUNBUFFERED": "1",
    }


def _submission(slack: FakeSlack, form: Json, number: int) -> str:
    """The same form, filled in by one more person: a view and a name of its own."""
    view = form | {"id": f"V{number:05}", "hash": f"{number}.storm"}
    state = slack.fill(form, support_bot.FORM | {"name": _name(number)})
    return urlencode(
        {"payload": json.dumps(Payloads(slack.workspace).view_submission(view, state, slack.you, slack.general))}
    )


async def _submit(
    session: aiohttp.ClientSession, slack: FakeSlack, replicas: list[Replica], body: str, dice: random.Random
) -> None:
    """Press Submit, and again while Slack says that the app does not answer."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    while True:
        url = dice.choice(replicas).url
        with suppress(aiohttp.ClientError, TimeoutError):
            async with session.post(
                url, data=body.encode(), headers=headers | slack_actions.signature(body, slack.signing_secret)
            ) as answer:
                if answer.status == 200 and not await answer.text():
                    return
        await asyncio.sleep(0.2)


def _name(number: int) -> str:
    return f"storm{number:05}"


def _lost(slack: FakeSlack, submissions: int) -> int:
    complete = [parent for parent in slack.messages() if slack_actions.is_complete(slack, parent)]
    text = "\n".join(json.dumps(parent) for parent in complete)
    return sum(_name(number) not in text for number in range(submissions))


def _doubled(slack: FakeSlack) -> int:
    """Messages whose mark another one of their thread or channel bears too."""
    marks = Counter(message["metadata"]["event_payload"]["part"] for message in slack.workspace.posted[slack.general])
    return sum(count - 1 for count in marks.values())

"""`python -m tests.chaos.soak [MINUTES] [RATE]`: one process of the bot under a modest load, measured once a minute.

Prints its memory, its open files, the size of its database, failed requests, and the latency of acknowledgements. The
bot runs as operators start it, with an SQLite file and a local Slack in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.chaos.processes import BOT, Replica, environment
from tests.local_slack import local_slack

MINUTES, RATE = 15.0, 2.0
SAMPLE_SECONDS = 60.0
LAST_ANSWERS_SECONDS = 60.0
"""The longest wait for the answers to the last requests."""
ACTIONS = {"estimate": 40, "list": 20, "help": 15, "change": 15, "form": 10}
"""The share of each action, percent."""
MEGABYTE = 1_000_000
METRIC = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)


@dataclass
class Measurements:
    """Requests since the start of the soak."""

    seconds: list[float] = field(default_factory=list)
    """From each request to its response."""
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def latency_ms(self) -> tuple[float, float]:
        """Return the median and the 99th percentile, in milliseconds."""
        percentiles = quantiles([1_000 * value for value in self.seconds], n=100)
        return percentiles[49], percentiles[98]


async def soak(minutes: float, rate: float, folder: Path) -> Measurements:
    """Let people use the bot, print its state once a minute, and return the measured requests.

    Args:
        minutes: The length of the soak.
        rate: Requests a second.
        folder: The folder of the database.
    """
    measured, dice = Measurements(), random.Random(1)  # noqa: S311
    path = folder / "soak.sqlite3"
    async with AsyncExitStack() as stack:
        slack = local_slack(ack_seconds=30.0)
        await slack.start()
        stack.push_async_callback(slack.stop)
        replica = Replica(environment(slack, f"sqlite:///{path}"), BOT)
        stack.push_async_callback(replica.kill)
        await replica.start()
        slack.events_url = replica.url
        printer = asyncio.create_task(_print_regularly(replica, path, measured))
        stack.callback(printer.cancel)
        async with asyncio.TaskGroup() as people:
            end = time.monotonic() + 60 * minutes
            while time.monotonic() < end:
                people.create_task(_act(slack, dice, measured))
                await asyncio.sleep(dice.expovariate(rate))
        await _wait_for_last_answers(replica)
        print(await _state(replica, path, measured))
    return measured


async def _act(slack: FakeSlack, dice: random.Random, measured: Measurements) -> None:
    """Send one request of a person, and record the time to its response."""
    (action,) = dice.choices(list(ACTIONS), list(ACTIONS.values()))
    cards = slack.messages()
    if action == "change" and not cards:
        action = "estimate"
    started = time.perf_counter()
    match action:
        case "estimate":
            delivered = await slack.command(f"{support_bot.LINE} name=soak")
        case "change":
            card = dice.choice(cards[-20:])
            text = f"<@{slack.bot_user}> epochs={dice.randint(1, 9)}"
            is_ok = bool(await slack.say(text, thread_ts=card["ts"]))
            measured.done[action] += is_ok
            return  # events are delivered in the background
        case "form":
            delivered = await slack.command("")
        case _:
            delivered = await slack.command(action)
    measured.seconds.append(time.perf_counter() - started)
    (measured.done if delivered.ok else measured.failed)[action] += 1


async def _print_regularly(replica: Replica, path: Path, measured: Measurements) -> None:
    while True:
        await asyncio.sleep(SAMPLE_SECONDS)
        print(await _state(replica, path, measured), flush=True)


async def _wait_for_last_answers(replica: Replica) -> None:
    """Wait until no job is unfinished, at most `LAST_ANSWERS_SECONDS`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_ANSWERS_SECONDS):
            while await _unfinished_jobs(replica):  # noqa: ASYNC110 - the replica is another process
                await asyncio.sleep(0.2)


async def _unfinished_jobs(replica: Replica) -> float:
    return sum(value for (name, _), value in (await _metrics(replica)).items() if name == "ftcost_queue_jobs")


async def _metrics(replica: Replica) -> dict[tuple[str, str], float]:
    """Return the process's metrics by name and labels."""
    text = await slack_actions.get_text(f"{replica.address}/metrics")
    return {(name, labels): float(value) for name, labels, value in METRIC.findall(text)}


async def _state(replica: Replica, path: Path, measured: Measurements) -> str:
    """Return the state of the process and its database in one line."""
    values = await _metrics(replica)
    memory, files = values["process_resident_memory_bytes", ""], values["process_open_fds", ""]
    cpu_seconds = values["process_cpu_seconds_total", ""]
    failed_jobs = sum(
        value for (name, labels), value in values.items() if name == "ftcost_jobs_total" and '"failed"' in labels
    )
    median, slowest = measured.latency_ms()
    size = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    return (
        f"{sum(measured.done.values())} requests, {sum(measured.failed.values())} and {failed_jobs:.0f} jobs failed; "
        f"{memory / MEGABYTE:.0f} MB of memory, {files:.0f} open files, {size / MEGABYTE:.1f} MB of database, "
        f"{cpu_seconds:.0f} s of processor time; response p50 {median:.0f} ms, p99 {slowest:.0f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak")
    parser.add_argument("minutes", nargs="?", type=float, default=MINUTES)
    parser.add_argument("rate", nargs="?", type=float, default=RATE)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(soak(arguments.minutes, arguments.rate, Path(folder)))
    print("requests by kind:", dict(measured.done))
    return 1 if measured.failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""200 submissions at once: to one process with its file, and to two replicas that share a PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import uvloop

from benchmarks.load import Measured, run, signed_submission
from benchmarks.servers import bot, drained, measured, posted, slack_stub
from tests import postgres

SUBMISSIONS = 200
MESSAGES = 3  # of one answer: the parent, the lines of the best offer, the assumptions
AIMS = "every acknowledgement under 1 s, every thread complete, nothing twice, no replica idle"


def main() -> None:
    print(f"{SUBMISSIONS} submissions at once (aims: {AIMS})")
    _burst("one process, SQLite", None, 1)
    with postgres.server() as url, postgres.fresh_schema(url) as database_url:
        _burst("two replicas, PostgreSQL", database_url, 2)
    print()


def _burst(name: str, database_url: str | None, replicas: int) -> None:
    with ExitStack() as stack:
        api_url = stack.enter_context(slack_stub())
        ports = [stack.enter_context(bot(api_url, database_url))[0] for _ in range(replicas)]
        for port in ports:  # to warm up
            uvloop.run(run(port, 1, [signed_submission(port, number) for number in range(3)]))
        drained(*ports)
        before = posted(api_url)
        done_before = [measured(port, 'ftcost_jobs_total{kind="estimate",outcome="done"}') for port in ports]
        started = time.perf_counter()
        runs = uvloop.run(_send(ports))
        drained(*ports)
        seconds = time.perf_counter() - started
        counts = {part: count for part, count in posted(api_url).items() if part not in before}
        threads = {part.rpartition("/")[0] for part in counts}
        complete = sum(all(f"{thread}/{part}" in counts for part in range(MESSAGES)) for thread in threads)
        twice = sum(count - 1 for count in counts.values())
        shares = [
            measured(port, 'ftcost_jobs_total{kind="estimate",outcome="done"}') - before
            for port, before in zip(ports, done_before, strict=True)
        ]
    longest = max(one.longest_ms for one in runs)
    p50 = max(one.p50_ms for one in runs)
    print(f"  {name}: acknowledged within p50 {p50:.0f} ms, at most {longest:.0f} ms; all done after {seconds:.1f} s")
    by_each = " + ".join(f"{share:.0f}" for share in shares)
    print(f"    {complete} threads complete, {twice} messages twice; done by each: {by_each}")


async def _send(ports: list[int]) -> list[Measured]:
    """Every submission over a connection of its own, the same number to each replica."""
    each = SUBMISSIONS // len(ports)
    loads = [(port, [signed_submission(port, number) for number in range(each)]) for port in ports]
    return await asyncio.gather(*(run(port, each, requests) for port, requests in loads))

"""200 submissions at once: to one process on SQLite, and to two replicas on PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import uvloop

from benchmarks.load import Measured, send, signed_submission
from benchmarks.servers import bot, drained, measured, posted, slack_stub
from tests import postgres

SUBMISSIONS = 200
MESSAGES = 3  # of one answer: the parent, the best offer's line items, the assumptions
AIMS = "every acknowledgement under 1 s, every thread complete, no message twice, no replica idle"


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
            uvloop.run(send(port, 1, [signed_submission(port, number) for number in range(3)]))
        drained(*ports)
        earlier = posted(api_url)
        counts_earlier = [measured(port, 'ftcost_jobs_total{kind="estimate",outcome="done"}') for port in ports]
        started = time.perf_counter()
        runs = uvloop.run(_send(ports))
        drained(*ports)
        seconds = time.perf_counter() - started
        counts = {part: count for part, count in posted(api_url).items() if part not in earlier}
        threads = {part.rpartition("/")[0] for part in counts}
        complete = sum(all(f"{thread}/{part}" in counts for part in range(MESSAGES)) for thread in threads)
        duplicates = sum(count - 1 for count in counts.values())
        shares = [
            measured(port, 'ftcost_jobs_total{kind="estimate",outcome="done"}') - done_earlier
            for port, done_earlier in zip(ports, counts_earlier, strict=True)
        ]
    longest = max(run.longest_ms for run in runs)
    p50 = max(run.p50_ms for run in runs)
    print(f"  {name}: acknowledged within p50 {p50:.0f} ms, at most {longest:.0f} ms; all done after {seconds:.1f} s")
    by_replica = " + ".join(f"{share:.0f}" for share in shares)
    print(f"    {complete} threads complete, {duplicates} messages twice; done by each replica: {by_replica}")


async def _send(ports: list[int]) -> list[Measured]:
    """Send each submission over its own connection, the same number to each replica."""
    per_replica = SUBMISSIONS // len(ports)
    loads = [(port, [signed_submission(port, number) for number in range(per_replica)]) for port in ports]
    return await asyncio.gather(*(send(port, per_replica, requests) for port, requests in loads))

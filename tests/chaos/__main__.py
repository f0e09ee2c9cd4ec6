"""Two long storms: `python -m tests.chaos [SEED] [all|slow] [SHARE]`, or `make test-chaos`. Returns 1 if work is lost.

The first storm hits two replicas on PostgreSQL, whose server is killed too; the second hits a replica on an SQLite file
whose disk is full at times. `slow` measures the messages that are doubled without history scopes, with a Slack that
takes 0.4 s for each. SHARE, such as 0.1, makes the storms shorter.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests import postgres
from tests.chaos.storm import Outcome, Plan, storm

FULL = Plan(submissions=400, changes=100, files=20, alerts=20, kills=25, seed=1, restarts=4)
SMALL_DISK = Plan(submissions=200, changes=50, files=10, alerts=10, kills=10, seed=1, replicas=1, full_disks=5)
SLOW = Plan(submissions=400, kills=25, seed=1, slow_without_history=True)


def scaled(plan: Plan, share: float, seed: int) -> Plan:
    """Return a plan with a share of its numbers, at least one of each that isn't zero."""
    names = ("submissions", "changes", "files", "alerts", "kills", "restarts", "full_disks")
    numbers: dict[str, Any] = {
        name: max(1, round(getattr(plan, name) * share)) for name in names if getattr(plan, name)
    }
    return replace(plan, seed=seed, **numbers)


def run(plan: Plan) -> Outcome:
    """Run a storm on a database of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if plan.full_disks:
            return asyncio.run(storm(f"sqlite:///{folder / 'ftcost.sqlite3'}", plan, folder))
        with postgres.private_server() as server, postgres.fresh_schema(server.url) as url:

            async def restart() -> None:
                await asyncio.to_thread(server.restart)

            return asyncio.run(storm(url, replace(plan, restart_database=restart), folder))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("mode", nargs="?", choices=["all", "slow"], default="all")
    parser.add_argument("share", nargs="?", type=float, default=1.0)
    arguments = parser.parse_args()
    outcomes = []
    for plan in [SLOW] if arguments.mode == "slow" else [FULL, SMALL_DISK]:
        outcomes.append(run(scaled(plan, arguments.share, arguments.seed)))
        print(outcomes[-1], flush=True)
    return 1 if any(outcome.lost for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.chaos [SEED] [slow]`, or `make test-chaos`: a long storm. Ends with 1 where anything was lost.

With `slow` it measures the messages that are doubled without history scopes, with a Slack that takes 0.4 s for each.
"""

from __future__ import annotations

import asyncio
import sys

from tests import postgres
from tests.chaos.storm import storm

SUBMISSIONS = 400
KILLS = 25


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    is_slow = "slow" in sys.argv[2:]
    with postgres.server() as server, postgres.fresh_schema(server) as url:
        outcome = asyncio.run(storm(url, submissions=SUBMISSIONS, kills=KILLS, seed=seed, slow_without_history=is_slow))
    print(outcome)
    return 1 if outcome.lost else 0


if __name__ == "__main__":
    sys.exit(main())

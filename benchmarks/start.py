"""The time from process start to ready, and the memory of an idle bot."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.servers import bot, slack_stub

ROUNDS = 5
AIMS = "1.5 s, 120 MB"


def main() -> None:
    seconds, megabytes = [], []
    with slack_stub() as api_url:
        for _ in range(ROUNDS):
            with bot(api_url) as (_, child, ready):
                seconds.append(ready)
                megabytes.append(_resident_megabytes(child.pid))
    print(f"Start (median of {ROUNDS}; aims: {AIMS})")
    print(f"  start to ready {statistics.median(seconds):.2f} s, idle memory {statistics.median(megabytes):.0f} MB\n")


def _resident_megabytes(pid: int) -> float:
    """Return the resident memory from /proc, which only Linux has."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")

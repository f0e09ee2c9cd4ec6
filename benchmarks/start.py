"""The time from process start to ready, its processor time, and the memory of an idle bot."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.servers import bot, processor_seconds, slack_stub

ROUNDS = 5
AIMS = "1.5 s, 90 MB"


def main() -> None:
    seconds, processor_s, megabytes = [], [], []
    with slack_stub() as api_url:
        for _ in range(ROUNDS):
            with bot(api_url) as (_, child, ready):
                seconds.append(ready)
                processor_s.append(processor_seconds(child.pid))
                megabytes.append(_resident_megabytes(child.pid))
    print(f"Start (median of {ROUNDS}; aims: {AIMS})")
    print(f"  start to ready {statistics.median(seconds):.2f} s, with {min(processor_s):.2f} s of processor time")
    print(f"  idle memory {statistics.median(megabytes):.0f} MB\n")


def _resident_megabytes(pid: int) -> float:
    """Return the resident memory from /proc, which only Linux has."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")

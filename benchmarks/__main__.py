"""`python -m benchmarks [estimate] [gpu] [slash] [burst] [queue] [start] [terminal] [dataset]` runs these, or all."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import burst, dataset, estimates, gpu_speed, queue, slash, start, terminal

BENCHMARKS: dict[str, Callable[[], None]] = {
    "estimate": estimates.main,
    "gpu": gpu_speed.main,
    "slash": slash.main,
    "burst": burst.main,
    "queue": queue.main,
    "start": start.main,
    "terminal": terminal.main,
    "dataset": dataset.main,
}


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"Unknown benchmark {unknown[0]!r}. Choose from: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    for name in names:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Tasks of counting a file, and the number of processes for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from bot.counting.protocol import Task
from calculator.datasets import (
    MAX_UNPACKED_BYTES,
    MessageOverhead,
    PlatformRequirements,
    image_limits,
    limits_of,
    refusing_platforms,
)
from pricing import DatasetRules

MAX_WORKERS = 4
"""More workers would need more than 150 MB together."""


def worker_count() -> int:
    """Return the number of processors that this process may use, at most MAX_WORKERS."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MAX_WORKERS, allowed)


def task_of(path: Path, rules: DatasetRules, needs: Mapping[str, PlatformRequirements]) -> Task:
    """Return the task of counting a file in one process.

    Args:
        path: The file.
        rules: The dataset rules of the platforms.
        needs: Requirements by platform, as `needs_of` returns them.
    """
    return Task(
        path=str(path),
        encoding="o200k_base",
        workers=1,
        overheads={
            name: MessageOverhead(overhead.per_message, overhead.per_name, overhead.per_example)
            for name, overhead in rules.overheads.items()
        },
        limits=limits_of(needs),
        max_unpacked_bytes=MAX_UNPACKED_BYTES,
        image_tokens=rules.image_tokens.low_detail,
        refused_by=refusing_platforms(rules, needs),
        max_images=image_limits(rules, needs),
    )

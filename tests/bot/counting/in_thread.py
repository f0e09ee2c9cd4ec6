"""Counting in a thread of the tests' process, which loads the tokenizer's ranks once: half a second of work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from msgspec.structs import replace

from bot.counting.counter import run_task
from bot.counting.parent import require_finished
from bot.counting.protocol import Finished, Progress, Task


async def count_in_thread(task: Task, progress: Callable[[Progress], None], _: Collection[int]) -> Finished:
    """Count the file of a task, without a process that a test could kill."""
    loop = asyncio.get_running_loop()

    def on_progress(state: Progress) -> None:
        loop.call_soon_threadsafe(progress, state)

    return require_finished(await asyncio.to_thread(run_task, replace(task, workers=1), on_progress))

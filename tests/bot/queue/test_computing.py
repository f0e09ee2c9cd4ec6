"""Computations of one person wait for each other, and not for those of another person."""

from __future__ import annotations

import asyncio
import threading

from bot.queue.computing import Computing, current_holder
from bot.queue.places import Holder


async def test_heavy_questions_of_one_person_leave_a_thread_to_others() -> None:
    computing, ends, order = Computing(threads=2), threading.Event(), list[str]()

    def compute(name: str, event: threading.Event | None = None) -> None:
        if event:
            event.wait(60)
        order.append(name)

    async def job(name: str, user: str, event: threading.Event | None = None) -> None:
        current_holder.set(Holder("estimate", "T1", user, None))
        await computing.run(compute, name, event)

    heavy = [asyncio.create_task(job(f"heavy {number}", "U1", ends)) for number in range(5)]
    await asyncio.sleep(0)
    await asyncio.create_task(job("light", "U2"))
    assert order == ["light"]
    ends.set()
    await asyncio.gather(*heavy)
    assert order == ["light", *(f"heavy {number}" for number in range(5))]
    computing.close()

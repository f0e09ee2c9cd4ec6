"""The bot's database in tests: a real SQLite file or PostgreSQL schema, empty at first.

SQLAlchemy compiles every statement once an engine. That takes longer than most tests, and so does making the tables:
the file that the tests of a process have one after the other is made once, and its engines are kept.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import Database, open_database

_new: dict[str, bytes] = {}
_idle: dict[str, list[AsyncEngine]] = defaultdict(list)


@contextmanager
def fresh_file(path: Path) -> Iterator[str]:
    """URL of an SQLite file that holds nothing but the tables; it is gone in the end."""
    url = f"sqlite:///{path}"
    if url not in _new:
        asyncio.run(_make(url))
        _new[url] = path.read_bytes()
    path.write_bytes(_new[url])
    yield url
    for written in (path, *path.parent.glob(f"{path.name}-*")):
        written.unlink(missing_ok=True)


async def _make(url: str) -> None:
    await (await open_database(url)).close()


async def no_thread_is_left() -> None:
    """Where a file cannot be opened aiosqlite does not wait for the end of its thread; the last thing which that does
    needs the loop.
    """
    # There is no event to wait for: the thread belongs to nobody.
    while any(thread.name.endswith("(_connection_worker_thread)") for thread in threading.enumerate()):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """The database at a URL; closed in the end."""
    idle = _idle[url] if url in _new else []
    database = Database(idle.pop()) if idle else await open_database(url)
    try:
        yield database
    finally:
        await database.close()
        idle.append(database.engine)

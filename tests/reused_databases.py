"""The bot's database in tests: a real SQLite file or PostgreSQL schema, empty at first.

SQLAlchemy compiles each statement once per engine. That takes longer than most tests, and so does creating the tables.
So the tests of a process use one file after another: it is created once, and its engines are reused.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from bot.store import Database, SqliteDatabase, open_database

_new: dict[str, bytes] = {}
_idle: dict[str, list[Engine]] = defaultdict(list)


@contextmanager
def fresh_file(path: Path) -> Iterator[str]:
    """Return the URL of an SQLite file with empty tables, and delete the file at the end."""
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


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open the database at a URL, and close it at the end."""
    idle = _idle[url] if url in _new else []
    database: Database = SqliteDatabase(idle.pop()) if idle else await open_database(url)
    try:
        yield database
    finally:
        await database.close()
        if isinstance(database, SqliteDatabase):
            idle.append(database.engine)

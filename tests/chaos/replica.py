"""The bot as `python -m bot` starts it, with short timeouts, so that a storm takes seconds instead of minutes.

It sends no overdue notices: on a busy machine they are right, and the storm counts private messages as apologies. While
the file in FULL_DISK_FLAG exists, an SQLite file can't grow, as on a full disk.
"""

from __future__ import annotations

import os
from pathlib import Path

import uvloop
from sqlalchemy import Connection, Engine, event

from bot.cli.serve import serve
from bot.settings import read_settings
from bot.timeouts import Timeouts
from pricing import load_catalog

TIMEOUTS = Timeouts(
    idle=2.0, attempts=20, first_pause=0.1, longest_pause=1.0, poll=0.3, lease=2.0, slow=3_600, answer=1.0, stop=0.5
)
FULL_DISK_FLAG = "CHAOS_FULL_DISK_FLAG"
"""The environment variable with the path of the file."""
MOST_PAGES = 4_294_967_294
"""SQLite's own limit."""


def fill_disk_on_demand(flag: Path) -> None:
    """Let SQLite refuse to grow in each transaction that begins while a file exists."""

    @event.listens_for(Engine, "begin")
    def limit(connection: Connection) -> None:
        # SQLite raises a limit below the present size to that size.
        connection.exec_driver_sql(f"PRAGMA max_page_count={1 if flag.exists() else MOST_PAGES}")


if __name__ == "__main__":
    if path := os.environ.get(FULL_DISK_FLAG):
        fill_disk_on_demand(Path(path))
    uvloop.run(serve(read_settings(), load_catalog(), TIMEOUTS))

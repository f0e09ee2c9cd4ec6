"""Bringing a database's tables up to date, at start. Two processes that start together do it once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

HEAD = "0008"
FIRST = "0001"
STEPS = Path(__file__).parent / "migrations"
# Any number that nobody else takes a lock by: "ftcost" in ASCII.
LOCK = 0x6674636F7374


async def migrate(engine: AsyncEngine) -> None:
    """Run the steps that the database has not seen; all of them or, where one fails, none."""
    async with engine.connect() as connection:
        if await connection.run_sync(_revision) == HEAD:
            return  # as at nearly every start, and Alembic need not be loaded
    on_sqlite = engine.dialect.name == "sqlite"
    async with engine.connect() as connection:
        if on_sqlite:
            # sqlite3 begins no transaction before DDL by itself.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("BEGIN IMMEDIATE" if on_sqlite else f"SELECT pg_advisory_xact_lock({LOCK})"))
        await connection.run_sync(_upgrade)
        await connection.commit()


def _revision(connection: Connection) -> str | None:
    """The last step that the database has seen; None where it was never migrated."""
    try:
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        connection.rollback()
        if inspect(connection).has_table("alembic_version"):
            raise
        return None
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    tables = inspect(connection).get_table_names()
    if "inbox" in tables and "alembic_version" not in tables:
        command.stamp(config, FIRST)  # made before there were migrations: those are the first step's tables
    command.upgrade(config, "head")

"""Bringing a database's tables up to date, at start. Two processes that start together do it once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateTable

HEAD = "0012"
FIRST = "0001"
STEPS = Path(__file__).parent / "migrations"
# Any number that nobody else takes a lock by: "ftcost" in ASCII.
LOCK = 0x6674636F7374
# Where Alembic notes the last step.
_STAMP = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


async def migrate(engine: AsyncEngine, tables: MetaData) -> None:
    """Make the tables in an empty database; in another run the steps that it has not seen, all of them or, where one
    fails, none.
    """
    async with engine.connect() as connection:
        if await connection.run_sync(_revision) == HEAD:
            return  # as at nearly every start, and Alembic need not be loaded
    on_sqlite = engine.dialect.name == "sqlite"
    async with engine.connect() as connection:
        if on_sqlite:
            # sqlite3 begins no transaction before DDL by itself.
            await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("BEGIN IMMEDIATE" if on_sqlite else f"SELECT pg_advisory_xact_lock({LOCK})"))
        await connection.run_sync(_bring_up_to_date, tables)
        await connection.commit()


def _revision(connection: Connection) -> str | None:
    """The last step that the database has seen; None where it was never migrated."""
    found: str | None
    try:
        found = connection.scalar(select(_STAMP.c.version_num))
    except DBAPIError:
        connection.rollback()
        if not inspect(connection).has_table(_STAMP.name):
            return None
        # Another process made it between the two looks; whatever else was wrong is wrong again.
        found = connection.scalar(select(_STAMP.c.version_num))
    return found


def _bring_up_to_date(connection: Connection, tables: MetaData) -> None:
    names = inspect(connection).get_table_names()
    if names:
        if _STAMP.name not in names or connection.scalar(select(_STAMP.c.version_num)) != HEAD:
            _upgrade(connection)
        return
    # As the steps would leave it, without Alembic, which would stay in memory: a test holds one against the other.
    tables.create_all(connection, checkfirst=False)
    connection.execute(CreateTable(_STAMP))
    connection.execute(insert(_STAMP).values(version_num=HEAD))


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

"""Migrations: bring a database's tables up to date at start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

HEAD = "0016"
FIRST = "0001"
STEPS = Path(__file__).parent / "migrations"
# An advisory lock of this application's own: "ftcost" in ASCII.
LOCK = 0x6674636F7374
# The table in which Alembic records the last step.
_STAMP = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


class NewerDatabase(Exception):
    """A newer release has used the database. The text continues a sentence that names it."""


def read_revision(connection: Connection) -> str | None:
    """Return the last step that the database has seen; None if it was never migrated."""
    revision: str | None
    try:
        revision = connection.scalar(select(_STAMP.c.version_num))
    except DBAPIError:
        connection.rollback()
        if not inspect(connection).has_table(_STAMP.name):
            return None
        # Another process created the table in the meantime; any other error is raised again.
        revision = connection.scalar(select(_STAMP.c.version_num))
    return revision


def touch(connection: Connection) -> None:
    """Write the last step again. Changes nothing, and raises whatever a write to this database raises."""
    connection.execute(update(_STAMP).values(version_num=_STAMP.c.version_num))


def bring_up_to_date(connection: Connection, tables: MetaData) -> None:
    """Create the tables in an empty database; in any other one run the steps that it has not seen.

    Runs in one transaction, under a lock: replicas may start together, and a step that fails leaves nothing behind.
    SQLite's lock is the transaction itself, which began with `BEGIN IMMEDIATE`.

    Args:
        connection: A connection in a transaction.
        tables: The tables as the code knows them, which an empty database gets at once.

    Raises:
        NewerDatabase: The database has seen steps that this release doesn't know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    names = inspect(connection).get_table_names()
    if names:
        revision = connection.scalar(select(_STAMP.c.version_num)) if _STAMP.name in names else None
        if revision is not None and revision > HEAD:
            raise NewerDatabase(
                f"was used by a newer release of ftcost (step {revision}, this one knows {HEAD}); "
                "start that release, or restore a backup from before the update"
            )
        if revision != HEAD:
            _upgrade(connection)
        return
    # The result of all steps, without Alembic, which would stay in memory. A test compares the two.
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
        command.stamp(config, FIRST)  # older than migrations: it has the tables of the first step
    command.upgrade(config, "head")

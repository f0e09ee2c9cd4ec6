"""Tables that are made, taken over and brought up to date at start."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.engine import make_url

from bot.queue.model import CheckWatchesJob, QueuedJob
from bot.queue.store import JobStore
from bot.store import (
    Audit,
    Database,
    DatabaseUnavailable,
    DefaultsStore,
    EstimateStore,
    database_address,
    open_database,
)
from bot.store.migrate import HEAD, STEPS
from bot.store.tables import metadata
from tests import postgres
from tests.bot.database_fixtures import LEASE, NOW, oldest


def test_head_is_the_last_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def differences(connection: Connection) -> list[object]:
    """Between the tables that the code knows and those of the database."""
    only_ours = {"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
    context = MigrationContext.configure(connection, opts=only_ours)
    return list(compare_metadata(context, metadata))


async def test_empty_database_gets_the_tables_that_the_code_knows(database: Database) -> None:
    assert await database.read(differences) == []
    assert await database.read(revision) == HEAD


async def test_steps_make_the_same_tables(url: str) -> None:
    """Where somebody else's table is there already, the tables are made step by step."""
    address = database_address(url)
    if address.get_backend_name() == "sqlite":
        Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE others (number INTEGER)"))
    engine.dispose()
    database = await open_database(url)
    assert await database.read(differences) == []
    assert await database.read(revision) == HEAD
    await database.close()


def revision(connection: Connection) -> str | None:
    """The last step, as Alembic reads it."""
    return MigrationContext.configure(connection).get_current_revision()


async def test_replicas_that_start_together_make_the_tables_once(url: str) -> None:
    opened = await asyncio.gather(*(open_database(url) for _ in range(3)))
    inboxes = [JobStore(database, lambda: NOW, LEASE) for database in opened]
    assert await inboxes[0].put(QueuedJob("key", CheckWatchesJob()))
    assert not await inboxes[2].put(QueuedJob("key", CheckWatchesJob())), "it is one table"
    for database in opened:
        await database.close()


async def test_migration_waits_for_a_concurrent_writer(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    opening = asyncio.create_task(open_database(f"sqlite:///{path}"))
    assert await asyncio.wait([opening], timeout=0.1) == (set(), {opening}), "it neither opens nor fails"
    other.execute("COMMIT")
    database = await opening
    assert await database.read(lambda connection: connection.scalar(text("PRAGMA journal_mode"))) == "wal"
    await database.close()
    other.close()


async def test_file_from_before_migrations_is_adopted(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    old = sqlite3.connect(path)
    old.executescript((Path(__file__).parent / "before_migrations.sql").read_text(encoding="utf-8"))
    old.close()
    for start in (1, 2):  # taken over at the first start, known at the second
        database = await open_database(f"sqlite:///{path}")
        saved = await EstimateStore(database, lambda: NOW).get("bcdfghjkmn", team_id="T1")
        inbox = JobStore(database, lambda: NOW, LEASE)
        waiting = await inbox.claim(oldest(10))
        assert not await inbox.put(QueuedJob("view:V2:h", CheckWatchesJob())), "what was done stays known"
        for job in waiting:
            await inbox.release(job)
        await database.close()
        assert saved is not None
        assert (saved.result.headline, saved.posted, saved.name) == ("kept", 3, "kept")
        assert [(job.idempotency_key, job.ordering_key, job.attempts) for job in waiting] == [
            ("view:V1:h", "C1/1.2", 1 + start)
        ]


async def test_jobs_of_the_previous_version_stay(url: str) -> None:
    """A database at step 12 has jobs without the columns of the steps after it."""
    database = await open_database(url)
    await JobStore(database, lambda: NOW, LEASE).put(QueuedJob("waits", CheckWatchesJob()))
    for statement in (
        "DROP TABLE messages",
        "DROP INDEX inbox_unfinished",
        "ALTER TABLE inbox DROP COLUMN not_before",
        "ALTER TABLE inbox DROP COLUMN rate_limited",
        "ALTER TABLE inbox DROP COLUMN user_id",
        "ALTER TABLE inbox DROP COLUMN channel_id",
        "CREATE INDEX inbox_by_state ON inbox (state, number)",
        "CREATE INDEX inbox_by_lane ON inbox (lane, state, number)",
        "UPDATE alembic_version SET version_num = '0012'",
    ):
        await database.execute(text(statement))
    await database.close()
    database = await open_database(url)
    assert await database.read(differences) == []
    (job,) = await JobStore(database, lambda: NOW, LEASE).claim(oldest(9))
    await database.close()
    assert (job.idempotency_key, job.attempts, job.rate_limited) == ("waits", 1, 0)


async def test_step_that_fails_leaves_the_database_as_it_was(postgres_url: str) -> None:
    """A table of the first step is there already, and nothing else of it."""
    postgres.execute(postgres_url, "CREATE TABLE estimates (mine INTEGER)")
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable, match="already exists"):
            await open_database(postgres_url)
    postgres.execute(postgres_url, "DROP TABLE estimates")
    database = await open_database(postgres_url)
    assert await database.fetch_all(select(metadata.tables["inbox"])) == []
    await database.close()


async def test_database_of_a_newer_release_is_refused_with_a_sentence(url: str) -> None:
    database = await open_database(url)
    await database.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(DatabaseUnavailable, match="was used by a newer release of ftcost"):
        await open_database(url)


async def test_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    database = await open_database(f"sqlite:///{path}")
    await database.check()
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}  # noqa: ASYNC240
    await database.close()


async def test_silent_server_is_reported_without_its_password() -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        await open_database("postgresql://someone:hidden@127.0.0.1:1/ftcost")
    assert "127.0.0.1" in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", ["mysql://u:hidden@h/d", "postgresql+asyncpg://u:hidden@h/d", "postgresql://hidden@h", "hidden"]
)
async def test_address_of_another_kind_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="postgresql://") as caught:
        await open_database(wrong)
    assert "hidden" not in str(caught.value)


async def test_database_without_an_encoding_stores_texts(postgres_server: str) -> None:
    name = f"ftcost_ascii_{os.getpid()}"
    postgres.execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
        for _ in range(2):  # made, and found made
            database = await open_database(url)
            store = DefaultsStore(database, Audit(database, lambda: NOW))
            await store.set("T1", "U1", {"on": "größer → ¥"})
            await database.close()
        database = await open_database(url)
        assert await DefaultsStore(database, Audit(database, lambda: NOW)).get("T1") == {"on": "größer → ¥"}
        await database.close()
    finally:
        postgres.execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")

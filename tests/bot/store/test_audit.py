"""The audit log by itself, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from bot.store import Audit, AuditChange, AuditEntry, Database, Installations, read_keys
from bot.store.audit import MAX_LENGTH
from tests.bot.database_fixtures import NOW
from tests.bot.two_workspaces import KEY

CHANGE = AuditChange("T1", "U1", "budget", None, "$500.00")


async def test_changes_come_back_the_newest_first_and_of_one_workspace(database: Database) -> None:
    audit = Audit(database, lambda: NOW)
    for number in range(4):
        await audit.write(AuditChange("T1" if number % 2 else "T2", "U1", f"change {number}", "before", None))
    assert [entry.what for entry in await audit.recent(team_id="T1")] == ["change 3", "change 1"]
    assert [entry.what for entry in await audit.recent(team_id="T2", limit=1)] == ["change 2"]
    assert await audit.recent(team_id="T3") == []


async def test_entry_says_who_when_what_before_and_after(database: Database) -> None:
    audit = Audit(database, lambda: NOW)
    await audit.write(CHANGE)
    assert await audit.recent(team_id="T1") == [AuditEntry("T1", "U1", "budget", None, "$500.00", at=NOW)]


async def test_change_that_is_undone_leaves_no_entry(database: Database) -> None:
    audit = Audit(database, lambda: NOW)

    def fail(connection: Connection) -> None:
        audit.add(connection, CHANGE)
        raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        await database.write(fail)
    assert await audit.recent(team_id="T1") == []
    await database.write(lambda connection: audit.add(connection, CHANGE))
    assert len(await audit.recent(team_id="T1")) == 1


async def test_hostile_text_is_stored_as_far_as_possible(database: Database) -> None:
    audit = Audit(database, lambda: NOW)
    await audit.write(AuditChange("T1", "U1", "a\0b'; DROP TABLE audit; --", "x" * 5_000, "\ud800"))
    (entry,) = await audit.recent(team_id="T1")
    assert entry.what == "ab'; DROP TABLE audit; --"
    assert entry.before == "x" * MAX_LENGTH


async def test_audit_log_is_deleted_with_the_workspace(database: Database) -> None:
    audit = Audit(database, lambda: NOW)
    await audit.write(CHANGE)
    await audit.write(AuditChange("T2", "U1", "stays", None, None))
    await Installations("1.2", database, read_keys(KEY)).remove_team("T1", NOW)
    assert await audit.recent(team_id="T1") == []
    assert len(await audit.recent(team_id="T2")) == 1

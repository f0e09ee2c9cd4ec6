"""Deletion and export of stored data: by age, by person, and by workspace."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from bot.store.database import Database
from bot.store.tables import (
    actuals,
    approvals,
    audit,
    bots,
    budgets,
    counts,
    estimates,
    installations,
    jobs,
    messages,
    provider_keys,
    watches,
    workspace_defaults,
)

log = logging.getLogger(__name__)

WORKSPACE_TABLES = (
    bots,
    installations,
    estimates,
    watches,
    jobs,
    counts,
    messages,
    audit,
    actuals,
    provider_keys,
    workspace_defaults,
    budgets,
    approvals,
)
"""The tables with data of single workspaces."""
SECRETS = frozenset({"bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "secret"})
"""Columns that an export leaves out."""
FORGOTTEN = "UFORGOTTEN"
"""Stands for a person who was forgotten where a record of others needs an id."""
PAGE_SIZE = 500


@dataclass(frozen=True)
class Retention:
    """How many days stored data is kept; None keeps it until it is deleted on request."""

    estimates_days: int | None = None
    """Estimates with their actuals, approvals and the positions of messages. A watched estimate stays."""
    actuals_days: int | None = None
    """Paid amounts."""
    audit_days: int | None = None
    """The audit log."""


class PersonalData:
    """The stored data of all workspaces, as operators and people delete or take it.

    Args:
        database: The database.
        now: Returns the time, UTC without a time zone.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def delete_expired(self, retention: Retention) -> None:
        """Delete data that is older than its retention."""

        def expire(connection: Connection) -> None:
            if retention.estimates_days is not None:
                watched = select(watches.c.estimate_id).where(watches.c.team_id == estimates.c.team_id)
                is_old = estimates.c.created_at < self._before(retention.estimates_days)
                _delete_estimates(connection, is_old & estimates.c.id.not_in(watched))
                _delete_messages(connection, messages.c.created_at < self._before(retention.estimates_days))
            if retention.actuals_days is not None:
                connection.execute(delete(actuals).where(actuals.c.created_at < self._before(retention.actuals_days)))
            if retention.audit_days is not None:
                connection.execute(delete(audit).where(audit.c.at < self._before(retention.audit_days)))

        await self._database.write(expire)

    def _before(self, days: int) -> datetime:
        return self._now() - timedelta(days=days)

    async def forget_user(self, team_id: str, user_id: str) -> int:
        """Delete a person's estimates, watches and files' records, and remove the person from the records of others.

        Jobs that run or wait are finished first; forget the person again after them.

        Args:
            team_id: The workspace.
            user_id: The person.

        Returns:
            The number of deleted estimates.
        """

        def forget(connection: Connection) -> int:
            count = _delete_estimates(connection, (estimates.c.team_id == team_id) & (estimates.c.user_id == user_id))
            for table in (watches, counts):
                connection.execute(delete(table).where(table.c.team_id == team_id, table.c.user_id == user_id))
            _delete_messages(connection, messages.c.team_id == team_id)
            # The idempotency key of a finished job stays: Slack may deliver its request again.
            finished = (jobs.c.team_id == team_id, jobs.c.user_id == user_id, jobs.c.state != "waiting")
            anonymous: dict[str, Any] = {"payload": {}, "user_id": None, "ordering_key": jobs.c.idempotency_key}
            connection.execute(update(jobs).where(*finished).values(**anonymous))
            for column in _ID_COLUMNS:
                table = column.table
                assert isinstance(table, Table)  # noqa: S101
                is_theirs = (table.c.team_id == team_id) & (column == user_id)
                connection.execute(update(table).where(is_theirs).values({column.name: FORGOTTEN}))
            texts = {name: func.replace(audit.c[name], user_id, FORGOTTEN) for name in ("what", "before", "after")}
            connection.execute(update(audit).where(audit.c.team_id == team_id).values(**texts))
            for table in (budgets, approvals):
                _remove_approver(connection, table, team_id, user_id)
            return count

        count = await self._database.write(forget)
        log.info("forgot user %s of workspace %s: %d estimates were deleted", user_id, team_id, count)
        return count

    async def export(self, team_id: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Yield all data of a workspace, except secrets.

        Args:
            team_id: The workspace.

        Yields:
            The name of a table, and one of its rows.
        """
        for table in WORKSPACE_TABLES:
            columns = [column for column in table.c if column.name not in SECRETS]
            order = list(table.primary_key.columns)
            for offset in range(0, 1 << 40, PAGE_SIZE):
                query = select(*columns).where(table.c.team_id == team_id).order_by(*order)
                rows = await self._database.fetch_all(query.limit(PAGE_SIZE).offset(offset))
                for row in rows:
                    yield table.name, dict(row._mapping)
                if len(rows) < PAGE_SIZE:
                    break

    async def erase(self, team_id: str) -> int:
        """Delete all data of a workspace and return the number of rows. The bot serves it no longer."""

        def erase(connection: Connection) -> int:
            statements = (delete(table).where(table.c.team_id == team_id) for table in WORKSPACE_TABLES)
            return sum(connection.execute(statement).rowcount for statement in statements)

        count = await self._database.write(erase)
        log.info("erased the data of workspace %s: %d rows", team_id, count)
        return count


_ID_COLUMNS = (
    audit.c.user_id,
    actuals.c.user_id,
    provider_keys.c.user_id,
    installations.c.user_id,
    approvals.c.asked_by,
    approvals.c.decided_by,
)
"""The columns with a person's id in records that stay."""


def _delete_estimates(connection: Connection, condition: ColumnElement[bool]) -> int:
    """Delete estimates, with what belongs to them, and return their number."""
    chosen = select(estimates.c.team_id, estimates.c.id).where(condition).subquery()
    count = connection.scalar(select(func.count()).select_from(chosen))
    for table in (watches, actuals, approvals):
        belongs = select(chosen.c.id).where(chosen.c.team_id == table.c.team_id, chosen.c.id == table.c.estimate_id)
        connection.execute(delete(table).where(belongs.exists()))
    connection.execute(delete(estimates).where(condition))
    return int(count or 0)


def _delete_messages(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Delete the positions of messages in threads without an estimate."""
    in_thread = select(estimates.c.number).where(
        *(estimates.c[name] == messages.c[name] for name in ("team_id", "channel_id", "thread_ts"))
    )
    connection.execute(delete(messages).where(condition, ~in_thread.exists()))


def _remove_approver(connection: Connection, table: Table, team_id: str, user_id: str) -> None:
    rows = connection.execute(select(table).where(table.c.team_id == team_id)).mappings().all()
    for row in rows:
        if user_id in row["approvers"]:
            key = [column == row[column.key] for column in table.primary_key.columns]
            others = [approver for approver in row["approvers"] if approver != user_id]
            connection.execute(update(table).where(*key).values(approvers=others))

"""Saved estimates. Every query names the workspace, so that a guessed id of another one finds nothing."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, insert, select, update
from sqlalchemy.sql.selectable import NamedFromClause

from bot.results import StoredResult, decode_result, encode_result, schema_version, upgrade_fields
from bot.store.database import Database
from bot.store.tables import estimates

# No vowels and no look-alikes, so that ids spell no words and can be read aloud. 10 of 28 characters are 48 bits.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
ID_LENGTH = 10
ESTIMATE_ID = re.compile(r"[a-z0-9]{1,16}")


def new_estimate_id() -> str:
    """Return a short id that cannot be guessed."""
    number = secrets.randbelow(len(_ALPHABET) ** ID_LENGTH)  # one system call instead of one for each character
    return "".join(_ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(ID_LENGTH))


@dataclass(frozen=True)
class SavedEstimate:
    """A question, its result on its day, and the position of its messages in Slack."""

    id: str
    team_id: str
    user_id: str
    channel_id: str | None
    thread_ts: str | None
    message_ts: str | None
    """The estimate's first message: the thread's parent, or a reply."""
    edit_of: str | None
    name: str | None
    fields: dict[str, str]
    """The scenario as text by key."""
    result: StoredResult
    as_of: str
    catalog_version: str
    posted: int
    """The number of its messages that are posted."""
    created_at: datetime


class EstimateStore:
    """The estimates of every workspace."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def save(
        self,
        id: str,
        *,
        team_id: str,
        user_id: str,
        fields: dict[str, str],
        result: StoredResult,
        edit_of: str | None = None,
    ) -> None:
        """Save an estimate that is not posted yet. Saving the same id again changes nothing."""
        if await self.get(id, team_id=team_id):
            return
        await self._database.execute(
            insert(estimates).values(
                id=id,
                team_id=team_id,
                user_id=user_id,
                edit_of=edit_of,
                name=fields.get("name"),
                fields=fields,
                result=encode_result(result),
                as_of=result.as_of.isoformat(),
                catalog_version=result.catalog_version,
                posted=0,
                created_at=self._now(),
            )
        )

    async def mark_posted(
        self, id: str, *, team_id: str, channel_id: str, thread_ts: str, message_ts: str, posted: int
    ) -> None:
        """Save the position of an estimate's thread and the number of its messages there."""
        values: dict[str, Any] = {"channel_id": channel_id, "thread_ts": thread_ts, "posted": posted}
        if posted == 1:
            values["message_ts"] = message_ts
        await self._database.execute(
            update(estimates).where(estimates.c.id == id, estimates.c.team_id == team_id).values(**values)
        )

    async def get(self, id: str, *, team_id: str) -> SavedEstimate | None:
        """Return an estimate, or None where the workspace has none of that id. Any text is accepted as the id."""
        if not ESTIMATE_ID.fullmatch(id):
            return None
        return await self._first(select(estimates).where(estimates.c.id == id, estimates.c.team_id == team_id))

    async def get_many(self, ids: Collection[str], *, team_id: str) -> dict[str, SavedEstimate]:
        """Return estimates by id; ids that the workspace doesn't have are left out."""
        query = select(estimates).where(estimates.c.team_id == team_id, estimates.c.id.in_(ids))
        return {saved.id: saved for saved in await self._all(query)}

    async def latest_in_thread(
        self, *, team_id: str, channel_id: str, thread_ts: str, but_not: str
    ) -> SavedEstimate | None:
        """Return the thread's newest estimate besides `but_not`, the one in progress."""
        where = (
            estimates.c.team_id == team_id,
            estimates.c.channel_id == channel_id,
            estimates.c.thread_ts == thread_ts,
            estimates.c.id != but_not,
        )
        return await self._first(select(estimates).where(*where).order_by(estimates.c.number.desc()).limit(1))

    async def latest_in_channel(self, *, team_id: str, channel_id: str) -> SavedEstimate | None:
        """Return the newest estimate of a channel."""
        where = (estimates.c.team_id == team_id, estimates.c.channel_id == channel_id)
        return await self._first(select(estimates).where(*where).order_by(estimates.c.number.desc()).limit(1))

    async def in_thread(self, *, team_id: str, channel_id: str, thread_ts: str) -> list[SavedEstimate]:
        """Return the thread's estimates, oldest first."""
        where = (
            estimates.c.team_id == team_id,
            estimates.c.channel_id == channel_id,
            estimates.c.thread_ts == thread_ts,
        )
        query = select(estimates).where(*where).order_by(estimates.c.number)
        return await self._all(query)

    async def first_of(self, saved: SavedEstimate) -> SavedEstimate:
        """Return the estimate at the start of a chain of edits."""
        columns = (estimates.c.number, estimates.c.edit_of)
        where = (estimates.c.team_id == saved.team_id, estimates.c.id == saved.id)
        chain = select(*columns).where(*where).cte("chain", recursive=True)
        edited = (estimates.c.team_id == saved.team_id, estimates.c.id == chain.c.edit_of)
        chain = chain.union(select(*columns).where(*edited))
        # An edited estimate is older than its edit.
        oldest = select(estimates).where(estimates.c.number == select(func.min(chain.c.number)).scalar_subquery())
        return await self._first(oldest) or saved

    async def recent(
        self, *, team_id: str, user_id: str, limit: int = 20, with_changed: bool = False
    ) -> list[SavedEstimate]:
        """Return a person's estimates, newest first.

        Args:
            team_id: The workspace.
            user_id: The person.
            limit: The highest number of estimates.
            with_changed: Whether to include changed estimates of which the person has a newer version.
        """
        where = [estimates.c.team_id == team_id, estimates.c.user_id == user_id]
        if not with_changed:
            changed, newer = estimates.alias("changed"), estimates.alias("newer")
            is_changed = exists().where(*_follows(changed), changed.c.edit_of == estimates.c.id)
            has_newer = exists().where(*_follows(newer), newer.c.user_id == user_id, newer.c.edit_of.is_not(None))
            where.append(~(is_changed & has_newer))
        query = select(estimates).where(*where).order_by(estimates.c.number.desc()).limit(limit)
        return await self._all(query)

    async def newest(self, limit: int) -> list[SavedEstimate]:
        """Return the newest estimates of all workspaces, for the operator."""
        query = select(estimates).order_by(estimates.c.number.desc()).limit(limit)
        return await self._all(query)

    async def _all(self, query: Select[Any]) -> list[SavedEstimate]:
        """Return all estimates of a query. A thread decodes them: a result of all offers takes milliseconds."""
        rows = await self._database.fetch_all(query)
        return await asyncio.to_thread(lambda: [_saved(row) for row in rows])

    async def _first(self, query: Select[Any]) -> SavedEstimate | None:
        row = await self._database.fetch_first(query)
        return _saved(row) if row else None


def _follows(later: NamedFromClause) -> list[ColumnElement[bool]]:
    """Return the conditions for the rows of an alias that are later estimates of the same thread."""
    same_thread = [later.c[key] == estimates.c[key] for key in ("team_id", "channel_id", "thread_ts")]
    return [*same_thread, later.c.number > estimates.c.number]


def _saved(row: Row[Any]) -> SavedEstimate:
    columns = {key: value for key, value in row._mapping.items() if key != "number"}
    question = upgrade_fields(row.fields, schema_version(row.result))
    return SavedEstimate(**columns | {"fields": question, "result": decode_result(row.result)})

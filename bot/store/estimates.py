"""Saved estimates. Every question names the workspace: a guessed id of another one finds nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from bot.results import StoredResult, decode_result, document
from bot.store.database import Database
from bot.store.tables import estimates

# No vowels and nothing that reads like something else: no words, no mix-ups when read aloud. 28 of them, 10 long: 48
# bits.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
ID_LENGTH = 10
ESTIMATE_ID = re.compile(r"[a-z0-9]{1,16}")


def new_estimate_id() -> str:
    """Short and unguessable."""
    number, letters = secrets.randbits(96), []  # twice as many as are used, so that no letter is likelier than others
    for _ in range(ID_LENGTH):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)


@dataclass(frozen=True)
class SavedEstimate:
    """A question and its answer as they were on the day, and where in Slack they stand."""

    id: str
    team_id: str
    user_id: str
    channel_id: str | None
    thread_ts: str | None
    message_ts: str | None
    """Its own first message: the thread's parent, or a reply."""
    edit_of: str | None
    name: str | None
    fields: dict[str, str]
    """The scenario as text by key."""
    result: StoredResult
    as_of: str
    catalog_version: str
    posted: int
    """How many of its messages are posted."""
    created_at: datetime


class EstimateStore:
    """Estimates by workspace."""

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
        """Write an estimate that is not posted yet. Saving the same id again changes nothing."""
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
                result=document(result),
                as_of=result.as_of.isoformat(),
                catalog_version=result.catalog_version,
                posted=0,
                created_at=self._now(),
            )
        )

    async def mark_posted(
        self, id: str, *, team_id: str, channel_id: str, thread_ts: str, message_ts: str, posted: int
    ) -> None:
        """Remember where the estimate's thread is and how many of its messages stand there."""
        values: dict[str, Any] = {"channel_id": channel_id, "thread_ts": thread_ts, "posted": posted}
        if posted == 1:
            values["message_ts"] = message_ts
        await self._database.execute(
            update(estimates).where(estimates.c.id == id, estimates.c.team_id == team_id).values(**values)
        )

    async def get(self, id: str, *, team_id: str) -> SavedEstimate | None:
        """None where the workspace has no such estimate, whatever `id` is: it comes from people and buttons."""
        if not ESTIMATE_ID.fullmatch(id):
            return None
        return await self._first(select(estimates).where(estimates.c.id == id, estimates.c.team_id == team_id))

    async def several(self, ids: Collection[str], *, team_id: str) -> dict[str, SavedEstimate]:
        """By id; those that the workspace does not have are left out."""
        query = select(estimates).where(estimates.c.team_id == team_id, estimates.c.id.in_(ids))
        return {row.id: _saved(row) for row in await self._database.fetch_all(query)}

    async def latest_in_thread(
        self, *, team_id: str, channel_id: str, thread_ts: str, but_not: str
    ) -> SavedEstimate | None:
        """The thread's newest estimate besides `but_not`, the one that is being made."""
        where = (
            estimates.c.team_id == team_id,
            estimates.c.channel_id == channel_id,
            estimates.c.thread_ts == thread_ts,
            estimates.c.id != but_not,
        )
        return await self._first(select(estimates).where(*where).order_by(estimates.c.number.desc()).limit(1))

    async def in_thread(self, *, team_id: str, channel_id: str, thread_ts: str) -> list[SavedEstimate]:
        """The thread's estimates, in the order they were asked."""
        where = (
            estimates.c.team_id == team_id,
            estimates.c.channel_id == channel_id,
            estimates.c.thread_ts == thread_ts,
        )
        query = select(estimates).where(*where).order_by(estimates.c.number)
        return [_saved(row) for row in await self._database.fetch_all(query)]

    async def first_of(self, saved: SavedEstimate) -> SavedEstimate:
        """The estimate that this one goes back to, over any number of edits."""
        columns = (estimates.c.number, estimates.c.edit_of)
        where = (estimates.c.team_id == saved.team_id, estimates.c.id == saved.id)
        chain = select(*columns).where(*where).cte("chain", recursive=True)
        before = (estimates.c.team_id == saved.team_id, estimates.c.id == chain.c.edit_of)
        chain = chain.union(select(*columns).where(*before))
        # What is edited was there before.
        first = select(estimates).where(estimates.c.number == select(func.min(chain.c.number)).scalar_subquery())
        return await self._first(first) or saved

    async def recent(self, *, team_id: str, user_id: str, limit: int = 20) -> list[SavedEstimate]:
        """The person's estimates, newest first."""
        where = (estimates.c.team_id == team_id, estimates.c.user_id == user_id)
        query = select(estimates).where(*where).order_by(estimates.c.number.desc()).limit(limit)
        return [_saved(row) for row in await self._database.fetch_all(query)]

    async def _first(self, query: Any) -> SavedEstimate | None:
        row = await self._database.fetch_first(query)
        return _saved(row) if row else None


def _saved(row: Row[Any]) -> SavedEstimate:
    columns = {key: value for key, value in row._mapping.items() if key != "number"}
    return SavedEstimate(**columns | {"result": decode_result(row.result)})

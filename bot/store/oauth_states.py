"""The one-time states of installations under way, which protect the redirect from forgery."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from sqlalchemy import Connection, delete, insert

from bot.store.database import Database
from bot.store.tables import oauth_states

STATE_LIFETIME = timedelta(minutes=10)
"""How long a person has for Slack's pages."""


class OAuthStates(AsyncOAuthStateStore):
    """The state store of Bolt's OAuth flow. `now` returns UTC without a time zone."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Store a state and return it. Deletes the expired ones."""
        state = secrets.token_urlsafe(32)
        issued_at = self._now()

        def issue(connection: Connection) -> None:
            connection.execute(delete(oauth_states).where(oauth_states.c.expire_at <= issued_at))
            connection.execute(insert(oauth_states).values(state=state, expire_at=issued_at + STATE_LIFETIME))

        await self._database.write(issue)
        return state

    async def async_consume(self, state: str) -> bool:
        """Delete a state. Return False if it is unknown or expired."""
        statement = delete(oauth_states).where(oauth_states.c.state == state, oauth_states.c.expire_at > self._now())
        return await self._database.write(lambda connection: connection.execute(statement).rowcount > 0)

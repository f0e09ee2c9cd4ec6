"""The states of installations under way, which protect the redirect from forgery.

A state is signed and not stored: anybody may open the installation page, so it must not write to the database.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

STATE_LIFETIME = timedelta(minutes=10)
"""How long a person has for Slack's pages."""
MAX_USED = 10_000


class OAuthStates(AsyncOAuthStateStore):
    """The state store of Bolt's OAuth flow.

    A used state is remembered by this process alone; on another replica, Slack refuses the code, which it takes once.

    Args:
        keys: Encrypt the states.
        now: Returns the time, UTC.
    """

    def __init__(self, keys: MultiFernet, now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._now = now
        self._used: dict[str, datetime] = {}

    async def async_issue(self, *args: object, **kwargs: object) -> str:
        """Return a new state."""
        text = f"{self._now().isoformat()} {secrets.token_urlsafe(16)}"
        return self._keys.encrypt(text.encode()).decode().rstrip("=")

    async def async_consume(self, state: str) -> bool:
        """Return whether a state was issued in the last ten minutes and is used for the first time."""
        from cryptography.fernet import InvalidToken

        try:
            text = self._keys.decrypt(state + "=" * (-len(state) % 4)).decode()
            issued_at = datetime.fromisoformat(text.partition(" ")[0])
        except (InvalidToken, ValueError):
            return False
        oldest = self._now() - STATE_LIFETIME
        self._used = {used: time for used, time in self._used.items() if time > oldest}
        if issued_at <= oldest or text in self._used or len(self._used) >= MAX_USED:
            return False
        self._used[text] = issued_at
        return True

"""A local Slack with ftcost installed."""

from __future__ import annotations

from typing import Any

from bot.slack import profile
from playground import FakeSlack


def local_slack(**options: Any) -> FakeSlack:
    """Return a Slack that knows ftcost's name, command and shortcut.

    Args:
        options: Other arguments of `FakeSlack`.
    """
    return FakeSlack(
        app_name=profile.APP_NAME,
        commands=profile.COMMANDS,
        shortcuts=profile.SHORTCUTS,
        messages_tab=profile.MESSAGES_TAB,
        example=profile.EXAMPLE,
        **options,
    )

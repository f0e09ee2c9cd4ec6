"""Requests of users, as the listeners pass them to use cases."""

from __future__ import annotations

import itertools

from bot.slack.request import ActionRequest, Interaction, SlackView, ViewRequest

TEAM = "T0PLAYGRND"
VIEW = SlackView("V1", "hash", "", {})
_triggers = map(str, itertools.count(1))


def interaction(user: str) -> Interaction:
    """Return a click or command of a user."""
    return Interaction(team_id=TEAM, user_id=user, trigger_id=next(_triggers))


def submission(user: str) -> ViewRequest:
    """Return a submitted modal."""
    return ViewRequest(team_id=TEAM, user_id=user, trigger_id=next(_triggers), view=VIEW)


def press(user: str, value: str) -> ActionRequest:
    """Return a press of a button with a value."""
    return ActionRequest(
        team_id=TEAM,
        user_id=user,
        trigger_id=next(_triggers),
        action_value=value,
        selected_value=None,
        button_message=None,
        button_view=None,
    )

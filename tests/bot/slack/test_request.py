"""Requests as Slack sends them, above all from channels that two companies share (Slack Connect)."""

from __future__ import annotations

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.slack.request import MalformedRequest, parse_request
from playground import FakeSlack, Payloads
from playground.workspace.entities import User
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import estimate_id
from tests.bot.two_workspaces import two_workspaces

Json = dict[str, Any]
ELSEWHERE = "T0PARTNER1"
"""The workspace of a person who reads a shared channel."""


async def send(slack: FakeSlack, payload: Json) -> str:
    """Send a signed event or interaction; return the body of the bot's answer."""
    is_event = payload["type"] == "event_callback"
    body = json.dumps(payload) if is_event else urlencode({"payload": json.dumps(payload)})
    status, answer = await slack_actions.post_signed(slack.events_url, body, slack.signing_secret, json=is_event)
    assert status == 200
    return answer


def from_partner(payload: Json, team_id: str = ELSEWHERE) -> Json:
    """Return an interaction of a person from another workspace."""
    user = payload["user"] | {"team_id": team_id}
    return payload | {"team": {"id": team_id, "domain": "partner"}, "user": user}


def mention_from_partner(slack: FakeSlack, message: Json, team_id: str = ELSEWHERE) -> Json:
    text = f"<@{slack.bot_user}> {support_bot.LINE}"
    payload = Payloads(slack.workspace).message_event("app_mention", message | {"text": text})
    event = payload["event"] | {"team": team_id, "user_team": team_id}
    return payload | {"team_id": team_id, "context_team_id": team_id, "event": event, "is_ext_shared_channel": True}


def press_from_partner(slack: FakeSlack, message: Json, button: str, team_id: str = ELSEWHERE) -> Json:
    own = slack.workspace.team["id"]
    posted = copy.deepcopy(message) | {"team": own, "bot_profile": {"team_id": own}}
    action = {"type": "button", "action_id": button, "block_id": "b", "value": estimate_id(message)}
    payload = Payloads(slack.workspace).block_actions(posted, action, {}, slack.you, slack.general)
    return from_partner(payload, team_id)


def submission_from_partner(slack: FakeSlack, view: Json, answers: dict[str, str], team_id: str = ELSEWHERE) -> Json:
    payload = Payloads(slack.workspace).view_submission(view, slack.fill(view, answers), slack.you, slack.general)
    payload["view"] |= {"team_id": team_id, "app_installed_team_id": slack.workspace.team["id"]}
    return from_partner(payload, team_id)


async def converse(slack: FakeSlack, team_id: str = ELSEWHERE) -> None:
    """Ask by a mention, press Change and submit the form, as a person from another workspace."""
    message = await slack.say("hello", user=slack.colleague)
    await send(slack, mention_from_partner(slack, message | {"user": slack.you}, team_id))
    (first, *_) = await slack.wait_for(
        lambda: [m for m in slack.messages(slack.general, message["ts"]) if m["user"] == slack.bot_user]
    )
    await slack.wait_for(lambda: slack_actions.is_complete(slack, message))
    known = {view["id"] for view in slack.views}
    await send(slack, press_from_partner(slack, first, "edit", team_id))
    view = await slack_actions.opened(slack, known)
    assert await send(slack, submission_from_partner(slack, view, {"epochs": "5"}, team_id)) == ""
    await slack_actions.change(slack, message)


def filed_under(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [team_id for (team_id,) in connection.execute("SELECT team_id FROM estimates ORDER BY number")]


async def test_partner_is_served_in_the_workspace_of_the_token(
    start: Start, slack: FakeSlack, database_path: Path
) -> None:
    async with start():
        await converse(slack)
    assert filed_under(database_path) == [slack.workspace.team["id"]] * 2


async def test_partner_is_served_in_the_installing_workspace(catalog: Catalog, database_path: Path) -> None:
    """The partner's own workspace has the app too, and must see nothing of it."""
    async with two_workspaces(catalog, f"sqlite:///{database_path}") as company:
        for slack in (company.red, company.blue):
            await company.install(slack)
        await converse(company.red, team_id="T0BLUE")
        assert company.blue.messages() == []
    assert filed_under(database_path) == ["T0RED", "T0RED"]


COMMAND = {"command": "/ftcost", "team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2"}
PRESS = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "trigger_id": "1.2",
    "actions": [{"action_id": "edit", "value": "bcdfghjkmn"}],
}


@pytest.mark.parametrize(
    ("body", "team_id"),
    [
        (COMMAND, "T1"),
        (COMMAND | {"team_id": "", "enterprise_id": "E1"}, "E1"),
        (PRESS, "T1"),
        (PRESS | {"team": None}, "T1"),
        (PRESS | {"team": None, "user": {"id": "U1"}, "enterprise": {"id": "E1"}}, "E1"),
        (PRESS | {"view": {"id": "V1", "app_installed_team_id": "T2"}}, "T2"),
        (PRESS | {"message": {"ts": "1.1", "bot_profile": {"team_id": "T2"}}}, "T2"),
        ({"type": "event_callback", "event_id": "Ev1", "team_id": "T1"}, "T1"),
        ({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "authorizations": [{"team_id": "T2"}]}, "T2"),
        ({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "authorizations": [{"team_id": None}]}, "T1"),
    ],
)
def test_installing_workspace(body: Json, team_id: str) -> None:
    assert parse_request(body).team_id == team_id


@pytest.mark.parametrize(
    "body",
    [
        {},
        COMMAND | {"team_id": "not an id"},
        *({key: value for key, value in COMMAND.items() if key != name} for name in ("user_id", "trigger_id")),
        *({key: value for key, value in PRESS.items() if key != name} for name in ("user", "trigger_id")),
        {"type": "event_callback", "team_id": "T1", "event": {"type": "app_mention"}},
        {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "1.2", "view": []},
    ],
)
def test_malformed_request(body: Json) -> None:
    with pytest.raises(MalformedRequest, match="has no"):
        parse_request(body)


async def test_partner_cannot_administer(start: Start, slack: FakeSlack) -> None:
    """An admin of the partner's workspace is none here."""
    slack.workspace.users[slack.you] = User(slack.you, "you", "You", is_admin=True, team=ELSEWHERE)
    async with start():
        await converse(slack)
        view = await slack_actions.opened(slack, callback_id="settings_form", known=await open_defaults(slack))
        answer = await send(slack, submission_from_partner(slack, view, {"days": "22"}))
    assert "Only admins and owners of this workspace" in answer


async def open_defaults(slack: FakeSlack) -> set[str]:
    """Press “Change the defaults” on the Home tab; return the ids of the views before."""
    known = {view["id"] for view in slack.views}
    await slack.click(await slack_actions.open_home(slack), "home_settings")
    return known


async def test_request_without_a_workspace_gets_an_apology(start: Start, slack: FakeSlack) -> None:
    async with start():
        fields = Payloads(slack.workspace).command("/ftcost", "list", slack.you, slack.general)
        body = urlencode(fields | {"team_id": ""})
        status, answer = await slack_actions.post_signed(slack.events_url, body, slack.signing_secret)
    assert status == 200
    assert "went wrong on our side" in answer


async def test_request_url_is_verified(start: Start, slack: FakeSlack) -> None:
    async with start():
        body = json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1a"})
        status, answer = await slack_actions.post_signed(slack.events_url, body, slack.signing_secret, json=True)
    assert status == 200
    assert "3eZbrw1a" in answer

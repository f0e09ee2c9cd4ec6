"""Requests of another shape than Slack's: each is answered, and the next one too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import Catalog
from tests.bot import support_bot
from tests.bot.message_text import estimate_id
from tests.fuzz.hostile import anything, damaged, text
from tests.fuzz.target import BUTTONS, FORM, JSON, SETTINGS, Target, running


@pytest.fixture(scope="module")
def bent(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzz")
    with running(catalog, f"sqlite:///{folder / 'fuzz.sqlite3'}") as target:
        yield target


@SETTINGS
@given(st.one_of(st.text(max_size=300), anything.map(json.dumps), st.integers(1, 100_000).map(lambda n: "[" * n)))
def test_any_body(bent: Target, body: str) -> None:
    body = body.encode("utf-8", "replace").decode()
    bent.send(body, JSON)
    bent.send(body, FORM)
    bent.send_form({"payload": body})


@SETTINGS
@given(st.data(), st.dictionaries(st.sampled_from(["user_id", "channel_id", "trigger_id", "team_id", "text"]), text))
def test_any_command(bent: Target, data: st.DataObject, other: dict[str, str]) -> None:
    slack = bent.slack
    fields = bent.payloads.command("/ftcost", "", slack.you, slack.general) | other
    bent.send_form(fields)
    bent.send_form({key: str(value) for key, value in data.draw(damaged(fields)).items()})


@SETTINGS
@given(st.data(), BUTTONS, anything)
def test_any_press(bent: Target, data: st.DataObject, button: str, value: Any) -> None:
    slack = bent.slack
    action = {"type": "button", "action_id": button, "block_id": "b", "value": value}
    payload = bent.payloads.block_actions(bent.parent, action, {}, slack.you, slack.general)
    bent.send_payload(payload)
    payload["actions"][0]["value"] = estimate_id(bent.parent)
    bent.send_payload(data.draw(damaged(payload)))


@SETTINGS
@given(st.data(), st.one_of(text, anything.map(json.dumps)), st.sampled_from(["estimate_form", "compare_form"]))
def test_any_submission(bent: Target, data: st.DataObject, metadata: str, callback: str) -> None:
    slack = bent.slack
    state = slack.fill(bent.view, support_bot.FORM)
    view = bent.view | {"callback_id": callback}
    payload = bent.payloads.view_submission(view, state, slack.you, slack.general)
    bent.send_payload(payload | {"view": payload["view"] | {"private_metadata": metadata}})
    values = data.draw(damaged(payload["view"]["state"]["values"], most=8))
    bent.send_payload(payload | {"view": payload["view"] | {"state": {"values": values}}})
    bent.send_payload(data.draw(damaged(payload)))


@SETTINGS
@given(st.data())
def test_any_settings_and_budget(bent: Target, data: st.DataObject) -> None:
    slack = bent.slack
    for view in (bent.settings, bent.budget):
        payload = bent.payloads.view_submission(view, slack.fill(view), slack.you, slack.general)
        bent.send_payload(data.draw(damaged(payload)))


@SETTINGS
@given(st.data(), st.sampled_from(["home_settings", "home_budget", "home_estimate"]))
def test_any_press_at_home(bent: Target, data: st.DataObject, button: str) -> None:
    slack = bent.slack
    action = {"type": "button", "action_id": button, "block_id": "b"}
    bent.send_payload(data.draw(damaged(bent.payloads.block_actions(bent.home, action, {}, slack.you, slack.general))))
    opened = {"type": "app_home_opened", "user": slack.you, "tab": "home", "view": bent.home}
    bent.send(json.dumps(data.draw(damaged(bent.payloads.event(opened)))), JSON)


@SETTINGS
@given(st.data())
def test_any_event(bent: Target, data: st.DataObject) -> None:
    message = bent.message | {"text": f"<@{bent.slack.bot_user}> epochs=5"}
    bent.send(json.dumps(data.draw(damaged(bent.payloads.message_event("app_mention", message)))), JSON)


@SETTINGS
@given(st.data())
def test_any_shortcut(bent: Target, data: st.DataObject) -> None:
    message = bent.message | {"text": "epochs=5"}
    bent.send_payload(data.draw(damaged(bent.payloads.message_action("ftcost_from_message", message, bent.slack.you))))

"""What people can write, in requests as Slack makes them: nothing may go wrong on our side."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricing import Catalog
from tests import postgres
from tests.bot import support_bot
from tests.fuzz.hostile import text
from tests.fuzz.target import BUTTONS, JSON, SETTINGS, Target, offsets, running


@pytest.fixture(scope="module")
def target(catalog: Catalog, postgres_server: str) -> Iterator[Target]:
    """On PostgreSQL, which takes less than SQLite: no NUL, nothing that is too long."""
    with postgres.fresh_schema(postgres_server) as url, running(catalog, url) as target:
        yield target
    assert target.errors.seen == []
    closed_meanwhile = ("views.update", "not_found")
    assert [v for v in target.slack.violations if (v.where, v.error) != closed_meanwhile] == []


@SETTINGS
@given(text)
def test_any_words_after_the_command(target: Target, typed: str) -> None:
    slack = target.slack
    target.send_form(target.payloads.command("/ftcost", typed, slack.you, slack.general))


@SETTINGS
@given(text)
def test_any_words_in_a_mention_or_a_message(target: Target, said: str) -> None:
    slack = target.slack
    message = target.message | {"text": f"<@{slack.bot_user}> {said}"}
    target.send(json.dumps(target.payloads.message_event("app_mention", message)), JSON)
    target.send_payload(target.payloads.message_action("ftcost_from_message", message, slack.you))


@SETTINGS
@given(BUTTONS, text)
@example("export", "x" * 20_000)
def test_any_value_under_a_button(target: Target, button: str, value: str) -> None:
    slack = target.slack
    action = {"type": "button", "action_id": button, "block_id": "b", "value": value}
    target.send_payload(target.payloads.block_actions(target.parent, action, {}, slack.you, slack.general))


@SETTINGS
@given(st.dictionaries(st.sampled_from([*support_bot.FIELDS, "name", "base", "prompt", "cached", "months"]), text))
def test_any_text_in_the_form(target: Target, answers: dict[str, str]) -> None:
    slack = target.slack
    state = slack.fill(target.view, support_bot.FIELDS)
    for key, value in answers.items():
        state[key] = {key: {"type": "plain_text_input", "value": value}}
    target.view["hash"] = f"{next(offsets)}"
    target.send_payload(target.payloads.view_submission(target.view, state, slack.you, slack.general))

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
from tests.bot.message_text import estimate_id
from tests.bot.slack_actions import Json
from tests.fuzz.hostile import examples, text
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
def test_any_words_in_a_mention_or_a_message(target: Target, sentence: str) -> None:
    slack = target.slack
    message = target.message | {"text": f"<@{slack.bot_user}> {sentence}"}
    target.send(json.dumps(target.payloads.message_event("app_mention", message)), JSON)
    target.send_payload(target.payloads.message_action("ftcost_from_message", message, slack.you))


@SETTINGS
@given(st.sampled_from(["watch", "unwatch", "actual", "budget", "keys", "settings", "diff", "audit"]), text, text)
@example("watch", "{id} over 5%", "")
@example("unwatch", "{id}", "")
@example("actual", "{id} 5 training", " 2026-11")
def test_any_words_after_a_command_name(target: Target, verb: str, typed: str, more: str) -> None:
    slack = target.slack
    line = f"{verb} {typed.replace('{id}', estimate_id(target.parent))}{more}"
    target.send_form(target.payloads.command("/ftcost", line, slack.you, slack.general))


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
    send_filled(target, target.view, answers, support_bot.FORM)


@examples(20)
@given(st.dictionaries(st.sampled_from(["on", "days", "currency", "rate"]), text))
@example({"days": "22", "currency": "EUR", "rate": "0.92"})
@example({"currency": "EUR", "rate": "1e-3..2"})
def test_any_text_in_the_settings(target: Target, answers: dict[str, str]) -> None:
    send_filled(target, target.settings, answers)
    send_filled(target, target.settings, {})  # what comes after must not depend on it


@examples(20)
@given(
    st.one_of(text, st.integers().map("{}/month".format), st.decimals().map(str)),
    st.sampled_from(["channel", "workspace"]),
)
@example("1e30/month", "workspace")
@example("0." + "1" * 60, "channel")
def test_any_budget(target: Target, amount: str, scope: str) -> None:
    chosen = {"approvers": [target.slack.you], "scope": scope}
    send_filled(target, target.budget, {"amount": amount}, chosen)
    send_filled(target, target.budget, {"amount": ""}, chosen)


def send_filled(target: Target, view: Json, typed: dict[str, str], chosen: Json | None = None) -> None:
    """A form as somebody saves it."""
    slack = target.slack
    state = slack.fill(view, chosen or {})
    for key, value in typed.items():
        state[key] = {key: {"type": "plain_text_input", "value": value}}
    view["hash"] = f"{next(offsets)}"
    target.send_payload(target.payloads.view_submission(view, state, slack.you, slack.general))


@examples(20)
@given(st.sampled_from(["home_settings", "home_budget", "home_estimate"]), text)
def test_any_value_of_a_button_at_home(target: Target, button: str, value: str) -> None:
    slack = target.slack
    action = {"type": "button", "action_id": button, "block_id": "b", "value": value}
    target.send_payload(target.payloads.block_actions(target.home, action, {}, slack.you, slack.general))

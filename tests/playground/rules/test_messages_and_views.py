"""Slack's refusals of messages and views, and the notifications of a message."""

from __future__ import annotations

import pytest

from playground.rules.messages import check_message, find_pings
from playground.rules.refusal import Refusal
from playground.rules.views import check_view
from tests.playground.slack_blocks import Json, cell, mrkdwn, plain, rich, table, text_input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({"submit": None}, "must provide an object [json-pointer:/view/submit]"),
        ({"close": mrkdwn()}, "must be one of: plain_text [json-pointer:/view/close/type]"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({"external_id": "x" * 256}, "must be less than 256 characters [json-pointer:/view/external_id]"),
        ({"colour": "red"}, "invalid additional property: colour [json-pointer:/view]"),
        ({"type": "workflow_step"}, "unsupported type: workflow_step [json-pointer:/view/type]"),
        ({"blocks": [{"type": "header"}]}, "missing required field: text [json-pointer:/view/blocks/0]"),
    ],
)
def test_invalid_view_is_refused(change: Json, message: str) -> None:
    view = {"type": "modal", "title": plain(), "submit": plain(), "blocks": [text_input()], **change}
    with pytest.raises(Refusal) as refused:
        check_view(view)
    assert refused.value.error == "invalid_arguments"
    assert f"[ERROR] {message}" in refused.value.messages


def test_modal_with_inputs_needs_a_submit_button() -> None:
    with pytest.raises(Refusal, match="missing required field: submit"):
        check_view({"type": "modal", "title": plain(), "blocks": [text_input()]})


def test_too_large_view_is_refused() -> None:
    blocks = [{"type": "section", "text": mrkdwn("é" * 3000)}] * 50
    with pytest.raises(Refusal, match="view_too_large"):
        check_view({"type": "modal", "title": plain(), "blocks": blocks})


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no_text"),
        ({"text": "", "blocks": []}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "nothing"}]}, "invalid_blocks"),
        ({"text": "x", "attachments": [{"blocks": [{"type": "nothing"}]}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "section", "text": mrkdwn("x" * 2700)}] * 5}, "msg_blocks_too_long"),
    ],
)
def test_invalid_message_is_refused(content: Json, error: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(content)
    assert refused.value.error == error


@pytest.mark.parametrize(
    ("content", "pings"),
    [
        ({"text": "<!channel> and <!here|here>"}, ["channel", "here"]),
        ({"text": "<@U123> <!subteam^S99|team>"}, ["U123", "S99"]),
        ({"text": "&lt;!channel&gt; @channel"}, []),
        ({"text": "@here", "link_names": True}, ["here"]),
        ({"blocks": [{"type": "section", "text": mrkdwn("<!everyone>")}]}, ["everyone"]),
        ({"blocks": [{"type": "header", "text": plain("<!everyone>")}]}, []),
        ({"blocks": [{"type": "section", "fields": [mrkdwn("<@U1>")]}]}, ["U1"]),
        ({"blocks": [{"type": "markdown", "text": "<@U2>"}]}, ["U2"]),
        ({"blocks": [rich({"type": "broadcast", "range": "here"}, {"type": "user", "user_id": "U3"})]}, ["here", "U3"]),
        ({"blocks": [table([[cell("<!channel>")]])]}, []),
        ({"attachments": [{"text": "<!channel>"}]}, ["channel"]),
    ],
)
def test_pings_of_a_message(content: Json, pings: list[str]) -> None:
    assert find_pings(content) == pings

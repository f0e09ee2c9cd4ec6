"""A signed request that somebody recorded and sends again."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.replays import WINDOW_SECONDS, Replays
from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import estimate_id

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("text", [support_bot.LINE, "", "list", "help"])
async def test_replayed_command_is_refused(start: Start, slack: FakeSlack, text: str) -> None:
    """Within the five minutes in which its time stamp is good, too."""
    body = urlencode(Payloads(slack.workspace).command("/ftcost", text, slack.you, slack.general))
    headers = {"Content-Type": FORM} | slack_actions.signature(body, slack.signing_secret, time.time() - 200)
    async with start():
        assert (await slack_actions.post(slack.events_url, body, headers))[0] == 200
    async with start():
        elsewhere = (await slack_actions.post(slack.events_url, body, headers))[0]
        assert elsewhere == (401 if text == "list" else 200), "another process does not know it, but the database may"
        calls = len(slack.calls)
        for _ in range(3):
            assert (await slack_actions.post(slack.events_url, body, headers)) == (401, "duplicate request")
    assert len(slack.calls) - calls <= 1, "the form of the first delivery at most"
    assert len(slack.messages()) <= 1, "and there the database knows what was accepted before"


async def test_replayed_press_is_refused(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        action = {"type": "button", "action_id": "edit", "block_id": "b", "value": estimate_id(parent)}
        pressed = Payloads(slack.workspace).block_actions(parent, action, {}, slack.you, slack.general)
        body = urlencode({"payload": json.dumps(pressed)})
        headers = {"Content-Type": FORM} | slack_actions.signature(body, slack.signing_secret)
        assert (await slack_actions.post(slack.events_url, body, headers))[0] == 200
        await slack_actions.opened(slack)
        assert (await slack_actions.post(slack.events_url, body, headers))[0] == 401
    assert len(slack.views) == 1


async def test_repeated_menu_search_in_a_second_is_answered(start: Start, slack: FakeSlack) -> None:
    """A type-ahead request has no id, so the same text in the same second has the same signature."""
    async with start():
        view = await slack_actions.open_form(slack)
        block = next(block["block_id"] for block in view["blocks"] if block.get("block_id") == "base")
        typed = Payloads(slack.workspace).block_suggestion(view, block, "base", "gpt", slack.you)
        body = urlencode({"payload": json.dumps(typed)})
        headers = {"Content-Type": FORM} | slack_actions.signature(body, slack.signing_secret)
        for _ in range(2):
            status, options = await slack_actions.post(slack.events_url, body, headers)
            assert status == 200
            assert "openai/gpt-4.1" in options


async def test_replayed_event_is_acknowledged_and_ignored(start: Start, slack: FakeSlack) -> None:
    """Slack itself delivers events again, and may do so within a second."""
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        await slack_actions.change(slack, parent)
        body = json.dumps(slack.events[-1])
        headers = {"Content-Type": "application/json"} | slack_actions.signature(body, slack.signing_secret)
        for _ in range(3):
            assert await slack_actions.post(slack.events_url, body, headers) == (200, "")
    assert len(slack.messages(thread_ts=parent["ts"])) == 3, "one reply, the mention, one change"


def test_signature_is_accepted_once_unless_it_is_released() -> None:
    replays = Replays(lambda: 1_000.0)
    assert replays.take("v0=a", 1_000)
    assert not replays.take("v0=a", 1_000)
    replays.release("v0=a")
    assert replays.take("v0=a", 1_000)


Requests = st.lists(st.tuples(st.integers(0, 30), st.integers(-WINDOW_SECONDS, WINDOW_SECONDS)), max_size=60)


@given(Requests, st.integers(1, 8))
def test_verified_request_is_never_accepted_twice(requests: list[tuple[int, int]], most: int) -> None:
    """Each request comes so many seconds after the one before, signed so far off the clock; then all come again."""
    now = [1_000_000]
    replays = Replays(lambda: now[0], most)
    signed = []
    for number, (later, off) in enumerate(requests):
        now[0] += later
        signed.append((str(number), now[0] + off))
        replays.take(*signed[-1])
        assert len(replays) <= most
    for signature, stamp in signed:
        if abs(now[0] - stamp) <= WINDOW_SECONDS:
            assert not replays.take(signature, stamp)


def test_current_request_is_accepted_although_memory_is_full() -> None:
    now = [1_000]
    replays = Replays(lambda: now[0], max_signatures=10)
    for number in range(100):
        now[0] += 1
        assert replays.take(str(number), now[0])

"""Slack's assistant container: the suggested questions, the status, and the channel that a user views."""

from __future__ import annotations

import asyncio
import copy

import pytest

from bot.answers.help import SUGGESTED_PROMPTS
from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import figures, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace


async def opened(slack: FakeSlack, viewed: str | None = None) -> Json:
    """Open the assistant and return the first message of its thread, as soon as it has suggestions."""
    thread = await slack.open_assistant(viewed=viewed)
    await slack.wait_for(lambda: slack.workspace.assistant_threads[thread["ts"]].prompts, timeout=15)
    return thread


def replies(slack: FakeSlack, thread: Json) -> list[Json]:
    return [m for m in slack.messages(slack.im, thread["ts"]) if m["user"] == slack.bot_user]


async def at_least(slack: FakeSlack, thread: Json, count: int) -> list[Json]:
    """Wait for more than so many messages of the bot in a thread, and return them all."""
    await slack.wait_for(lambda: replies(slack, thread)[count:], timeout=20)
    return replies(slack, thread)


async def test_three_questions_are_suggested(workspace: Workspace, slack: FakeSlack) -> None:
    thread = await opened(slack, viewed=slack.general)
    prompts = slack.workspace.assistant_threads[thread["ts"]].prompts
    assert prompts == list(SUGGESTED_PROMPTS)
    assert len(prompts) == 3
    (welcome,) = replies(slack, thread)
    assert f"<#{slack.general}>" in welcome["text"]


@pytest.mark.parametrize("number", range(3))
async def test_each_suggestion_is_answered_in_its_thread(workspace: Workspace, slack: FakeSlack, number: int) -> None:
    thread = await opened(slack)
    prompt = SUGGESTED_PROMPTS[number]["message"]
    await slack.say(prompt, channel=slack.im, thread_ts=thread["ts"])
    await slack.wait_for(lambda: replies(slack, thread)[1:])
    assert "didn't understand" not in texts(replies(slack, thread)[1])
    assert len(slack.messages(slack.im)) == 1


async def test_status_is_shown_until_the_answer(start: Start, slack: FakeSlack) -> None:
    posted = asyncio.Event()
    async with start():
        thread = await opened(slack)
        slack.delay_next("chat.postMessage", posted)
        await slack.say(support_bot.LINE, channel=slack.im, thread_ts=thread["ts"])
        assistant = slack.workspace.assistant_threads[thread["ts"]]
        await slack.wait_for(lambda: assistant.status and slack.waiting_calls)
        assert "working" in assistant.status
        posted.set()
        await slack.wait_for(lambda: not assistant.status)
    assert figures(replies(slack, thread)[1]) == support_bot.FIGURES


@pytest.mark.parametrize("name", ["channel_not_found", "missing_scope", "ratelimited"])
async def test_answer_comes_without_the_status(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        thread = await opened(slack)
        slack.fail_next("assistant.threads.setStatus", name)
        await slack.say(support_bot.LINE, channel=slack.im, thread_ts=thread["ts"])
    assert figures(replies(slack, thread)[1]) == support_bot.FIGURES


async def test_change_is_about_the_viewed_channel(workspace: Workspace, slack: FakeSlack) -> None:
    """20 months are 120 + 20 × 1,080 = $21,720; 24 of 5 epochs are 200 + 24 × 1,080 = $26,120."""
    first = await slack_actions.ask(slack, support_bot.LINE)
    await slack_actions.ask(slack, support_bot.LINE.replace("epochs=3", "epochs=5"), channel=slack.random)
    thread = await opened(slack, viewed=slack.general)
    before = copy.deepcopy(first)
    await slack.say("what if we look at 20 months?", channel=slack.im, thread_ts=thread["ts"])
    _, note, card, *_ = await at_least(slack, thread, 3)
    assert f"in <#{slack.general}>" in note["text"]
    assert "$21,720" in card["text"]
    assert slack.messages()[0] == before, "the estimate of the channel stays"

    other = await opened(slack, viewed=slack.general)
    await slack.view_channel(other, slack.random)
    await slack.say("months=24", channel=slack.im, thread_ts=other["ts"])
    _, _, card, *_ = await at_least(slack, other, 3)
    assert "$26,120" in card["text"]


async def test_threads_of_a_direct_message_have_no_context(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.ask(slack, support_bot.LINE)
    thread = await opened(slack)
    await slack.say("months=24", channel=slack.im, thread_ts=thread["ts"])
    (_, answer) = await at_least(slack, thread, 1)
    assert "$" not in answer["text"]


@pytest.mark.parametrize("part", [None, [], "x", {}, {"channel_id": "D1"}, {"channel_id": 1, "thread_ts": []}])
@pytest.mark.parametrize("kind", ["assistant_thread_started", "assistant_thread_context_changed"])
async def test_malformed_thread_changes_nothing(start: Start, slack: FakeSlack, kind: str, part: object) -> None:
    async with start():
        event = Payloads(slack.workspace).event({"type": kind, "assistant_thread": part})
        assert (await slack.deliver_event(event)).status < 500
    assert [call.method for call in slack.calls] == ["auth.test"]

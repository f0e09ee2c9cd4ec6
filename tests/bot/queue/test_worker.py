"""Jobs side by side, and jobs for which Slack fails or does not answer for a while."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.queue.places import PLACES
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import figures
from tests.conftest import LINE, TIMEOUTS, TODAY, Workspace, running_bot


async def test_large_estimate_does_not_block_others(start: Start, slack: FakeSlack) -> None:
    """While it still waits for Slack: its own acknowledgement, a look-up, and another person's whole thread."""
    answers = asyncio.Event()
    async with start() as running:
        slack.delay_next("chat.postMessage", answers)
        big = await slack.command(LINE.replace("on=openai,google", "on=all"))
        assert big.ok
        await slack.wait_for(lambda: slack.waiting_calls)
        assert (await slack_actions.get_json(f"{running.url}/readyz"))[0] == 200
        assert (await slack.command("help")).ok
        assert len(slack.ephemerals()) == 1
        small = await slack_actions.ask(slack, support_bot.LINE, user=slack.colleague)
        assert slack.waiting_calls, "the big estimate still waits"
        answers.set()
    first_message, second_message = slack.messages()
    assert first_message == small
    assert slack_actions.is_complete(slack, second_message)


async def test_simultaneous_commands_are_all_answered(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    """More than are worked on at a time, and the worker looks for what waits only when it has a place free."""
    never_by_the_clock = replace(TIMEOUTS, poll=3_600)
    async with running_bot(catalog, slack, database_url, timeouts=never_by_the_clock):
        delivered = await asyncio.gather(*(slack.command(support_bot.LINE) for _ in range(PLACES * 2 + 5)))
        assert all(delivery.ok and not delivery.body for delivery in delivered)
        await slack.wait_for(lambda: len(complete_threads(slack)) == len(delivered))
        parents = complete_threads(slack)
    assert all(figures(parent) == support_bot.FIGURES for parent in parents)
    assert len(slack.messages()) == len(delivered), "none twice"


def complete_threads(slack: FakeSlack) -> list[slack_actions.Json]:
    return [parent for parent in slack.messages() if slack_actions.is_complete(slack, parent)]


async def test_repeated_slack_failures_delay_but_complete_the_thread(start: Start, slack: FakeSlack) -> None:
    """Five attempts, more than any client of Slack's makes by itself."""
    slack.fail_next("chat.postMessage", "internal_error", status=503, times=5)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
    (parent,) = slack.messages()
    assert figures(parent) == support_bot.FIGURES
    assert slack_actions.is_complete(slack, parent)


async def test_rate_limited_jobs_do_not_block_others(workspace: Workspace, slack: FakeSlack) -> None:
    """As many as there are places wait for an hour. The next question is answered meanwhile."""
    slack.fail_next("chat.postMessage", retry_after=3_600, times=PLACES)
    await asyncio.gather(*(slack.command(support_bot.LINE) for _ in range(PLACES)))
    await slack.wait_for(lambda: sum(call.method == "chat.postMessage" for call in slack.calls) == PLACES)
    parent = await slack_actions.ask(slack, support_bot.LINE, user=slack.colleague)
    assert slack_actions.is_complete(slack, parent)
    assert slack.ephemerals() == [], "nothing is given up"


async def test_permanent_slack_failure_ends_in_an_apology_with_a_code(
    start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail_next("chat.postMessage", "internal_error", status=503, times=8)
    for _ in range(2):
        async with start():
            if not slack.calls[1:]:
                assert (await slack.command(support_bot.LINE)).ok
    (apology,) = slack.ephemerals()
    assert apology["text"][apology["text"].index("E-") :][:8] in caplog.text
    assert slack.messages() == []


async def test_message_with_a_lost_response_is_not_posted_again(start: Start, slack: FakeSlack) -> None:
    """With the optional scopes: Slack posts the parent and a reply, and answers 500 to both."""
    slack.scopes.update({"channels:history", "im:history"})
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
        parent = await slack_actions.answered(slack)
        slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    assert slack.messages() == [parent]
    assert len(slack.messages(thread_ts=parent["ts"])) == 3, "the breakdown, the mention, one change"


async def test_posted_message_is_found_among_many_later_ones(start: Start, slack: FakeSlack) -> None:
    slack.scopes.add("channels:history")
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    gate = asyncio.Event()
    slack.delay_next("conversations.history", gate)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        for _ in range(450):
            await slack.say("Good morning!")
        gate.set()
        (parent,) = await slack.wait_for(lambda: complete_threads(slack))
    assert [message for message in slack.messages() if message.get("metadata")] == [parent]
    assert sum(call.method == "conversations.history" for call in slack.calls) == 3, "200 messages a page"


async def test_message_is_posted_again_without_history_scopes(start: Start, slack: FakeSlack) -> None:
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
    parent, repeat = slack.messages()
    assert slack.messages(thread_ts=parent["ts"]) == []
    assert slack_actions.is_complete(slack, repeat), "twice rather than not at all"


async def test_overdue_notice_is_sent_once_after_ten_seconds(
    catalog: Catalog, slack: FakeSlack, database_url: str
) -> None:
    time = [TODAY]
    async with running_bot(catalog, slack, database_url, lambda: time[0]) as running:
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        time[0] += timedelta(seconds=10)
        notices = await slack.wait_for(slack.ephemerals)
        assert "takes longer" in notices[0]["text"]
        async with running_bot(catalog, slack, database_url, lambda: time[0]):
            pass  # another replica neither repeats the notice nor runs the job
        assert (await slack_actions.get_json(f"{running.url}/healthz"))[0] == 200
        gate.set()
    assert len(slack.ephemerals()) == 1
    (parent,) = slack.messages()
    assert slack_actions.is_complete(slack, parent)

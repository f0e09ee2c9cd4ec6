"""Accepted work is done although the bot stops or is killed, and not repeated."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import ClientConnectorError

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import difference, figures, texts
from tests.conftest import LINE


async def until_it_stops_listening(url: str) -> None:
    with suppress(ClientConnectorError):
        while True:
            await slack_actions.get_json(f"{url}/healthz")


async def test_work_that_runs_when_the_bot_stops_is_finished(start: Start, slack: FakeSlack) -> None:
    """Slack answers the first message only after the bot has closed its door; the whole thread still comes."""
    answers = asyncio.Event()

    async def answer_when_the_door_is_closed(url: str) -> None:
        await until_it_stops_listening(url)
        answers.set()

    async with start() as running:
        slack.delay_next("chat.postMessage", answers)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        late = asyncio.create_task(answer_when_the_door_is_closed(running.url))
    await late
    (parent,) = slack.messages()
    assert slack_actions.is_complete(slack, parent)
    assert figures(parent) == support_bot.FIGURES


async def test_job_of_a_killed_process_is_done_once_after_restart(start: Start, slack: FakeSlack) -> None:
    """A command, a form and a mention were acknowledged; the process ends before Slack has taken any of the answers."""
    never = asyncio.Event()
    async with start() as running:
        for method in ("chat.postMessage", "chat.postMessage", "chat.postEphemeral"):
            slack.delay_next(method, never)
        assert (await slack.command(support_bot.LINE)).ok
        view = await slack_actions.full_form(slack)
        assert (await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))).errors == {}
        await slack.say(f"<@{slack.bot_user}> models mixtral")
        await slack.wait_for(lambda: len(slack.waiting_calls) == 3)
        await running.app.worker.close(seconds=0)
    assert slack.messages()[1:] == [], "the mention itself and nothing else"
    assert slack.ephemerals() == []
    for _ in range(2):  # the second start must find nothing left
        async with start():
            pass
        parents = [message for message in slack.messages() if message["user"] == slack.bot_user]
        assert [figures(parent) for parent in parents] == [support_bot.FIGURES] * 2
        assert [len(slack.messages(slack.general, parent["ts"])) for parent in parents] == [1, 1]
        assert len(slack.ephemerals()) == 1
    never.set()


async def test_interrupted_thread_is_completed_without_repetition(start: Start, slack: FakeSlack) -> None:
    """Only the parent stands when the process ends."""
    never = asyncio.Event()
    async with start():
        parent = await slack_actions.ask(slack, LINE)
    whole = [reply["text"] for reply in slack.messages(slack.general, parent["ts"])]
    async with start() as running:
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        await slack.command(LINE)
        await slack.wait_for(lambda: slack.waiting_calls)
        gate.set()
        slack.delay_next("chat.postMessage", never)
        await slack.wait_for(lambda: len(slack.messages()) == 2 and slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    second = slack.messages()[1]
    assert slack.messages(slack.general, second["ts"]) == []
    async with start():
        pass
    assert [reply["text"] for reply in slack.messages(slack.general, second["ts"])] == whole
    assert len(slack.messages()) == 2
    never.set()


async def test_interrupted_change_is_completed_once(start: Start, slack: FakeSlack) -> None:
    """The reply stands and the first message does not yet say so when the process ends."""
    never = asyncio.Event()
    async with start() as running:
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.delay_next("chat.update", never)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    async with start():
        pass
    changes = slack.messages(slack.general, parent["ts"])[2:]
    assert [difference(change)[3] for change in changes] == ["+$80"]
    assert "$13,160" in texts(slack.messages()[0])
    never.set()

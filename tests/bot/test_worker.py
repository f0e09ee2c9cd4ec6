"""Accepted work: done once, done although the bot stops, done after it starts again."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from urllib.parse import urlencode

from aiohttp import ClientConnectorError

from bot.playground import FakeSlack
from bot.playground.payloads import Payloads
from tests.bot import deeds, support_bot
from tests.bot.conftest import Start
from tests.bot.reading import column, figures, texts
from tests.conftest import LINE


async def until_it_stops_listening(url: str) -> None:
    with suppress(ClientConnectorError):
        while True:
            await deeds.get_json(f"{url}/healthz")


# --- stopping ---------------------------------------------------------------------------------------------------------


async def test_work_that_runs_when_the_bot_stops_is_finished(start: Start, slack: FakeSlack) -> None:
    """Slack answers the first message only after the bot has closed its door; the whole thread still comes."""
    answers = asyncio.Event()

    async def answer_when_the_door_is_closed(url: str) -> None:
        await until_it_stops_listening(url)
        answers.set()

    async with start() as running:
        slack.delay_next("chat.postMessage", answers)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.held)
        late = asyncio.create_task(answer_when_the_door_is_closed(running.url))
    await late
    (parent,) = slack.messages()
    assert deeds.is_complete(slack, parent)
    assert figures(parent) == support_bot.FIGURES


async def test_what_a_killed_process_had_accepted_is_done_once_at_the_next_start(
    start: Start, slack: FakeSlack
) -> None:
    """A command, a form and a mention were acknowledged; the process ends before Slack has taken any of the answers."""
    never = asyncio.Event()
    async with start() as running:
        for method in ("chat.postMessage", "chat.postMessage", "chat.postEphemeral"):
            slack.delay_next(method, never)
        assert (await slack.command(support_bot.LINE)).ok
        view = await deeds.full_form(slack)
        assert (await slack.submit_view(view["id"], slack.fill(view, support_bot.FIELDS))).errors == {}
        await slack.say(f"<@{slack.bot_user}> models mixtral")
        await slack.wait_for(lambda: len(slack.held) == 3)
        await running.app.worker.close(seconds=0)
    assert slack.messages()[1:] == [], "the mention itself and nothing else"
    assert slack.ephemerals() == []
    for _ in range(2):  # the second start must find nothing left
        async with start():
            pass
        parents = [message for message in slack.messages() if message["user"] == slack.bot_user]
        assert [figures(parent) for parent in parents] == [support_bot.FIGURES] * 2
        assert [len(slack.messages(slack.general, parent["ts"])) for parent in parents] == [2, 2]
        assert len(slack.ephemerals()) == 1
    never.set()


async def test_a_thread_that_was_cut_off_is_completed_and_nothing_is_said_twice(start: Start, slack: FakeSlack) -> None:
    """Only the parent stands when the process ends."""
    never = asyncio.Event()
    async with start():
        parent = await deeds.ask(slack, LINE)
    whole = [reply["text"] for reply in slack.messages(slack.general, parent["ts"])]
    async with start() as running:
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        await slack.command(LINE)
        await slack.wait_for(lambda: slack.held)
        gate.set()
        slack.delay_next("chat.postMessage", never)
        await slack.wait_for(lambda: len(slack.messages()) == 2 and slack.held)
        await running.app.worker.close(seconds=0)
    second = slack.messages()[1]
    assert slack.messages(slack.general, second["ts"]) == []
    async with start():
        pass
    assert [reply["text"] for reply in slack.messages(slack.general, second["ts"])] == whole
    assert len(slack.messages()) == 2
    never.set()


async def test_a_change_that_was_cut_off_is_completed_and_not_repeated(start: Start, slack: FakeSlack) -> None:
    """The reply stands and the first message does not yet say so when the process ends."""
    never = asyncio.Event()
    async with start() as running:
        parent = await deeds.ask(slack, support_bot.LINE)
        slack.delay_next("chat.update", never)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        await slack.wait_for(lambda: slack.held)
        await running.app.worker.close(seconds=0)
    async with start():
        pass
    changes = slack.messages(slack.general, parent["ts"])[3:]
    assert [column(change) for change in changes] == [{support_bot.OFFER: "+$80.00"}]
    assert "$13,160.00" in texts(slack.messages()[0])
    never.set()


# --- the same thing twice ---------------------------------------------------------------------------------------------


async def test_an_event_that_is_delivered_again_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await deeds.ask(slack, support_bot.LINE)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        for retry in (1, 2):
            assert (await slack.deliver_event(slack.events[-1], retry_num=retry)).ok
    changes = slack.messages(slack.general, parent["ts"])[3:]  # after two replies and the mention itself
    assert [column(change) for change in changes] == [{support_bot.OFFER: "+$80.00"}]


async def test_a_retry_whose_first_delivery_was_lost_is_answered(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await deeds.ask(slack, support_bot.LINE)
        message = await slack.say("epochs=5 would be …", thread_ts=parent["ts"])
        lost = Payloads(slack.workspace).message_event(
            "app_mention", message | {"text": f"<@{slack.bot_user}> epochs=5"}
        )
        assert (await slack.deliver_event(lost, retry_num=1, retry_reason="http_timeout")).ok
    changes = slack.messages(slack.general, parent["ts"])[3:]
    assert [column(change) for change in changes] == [{support_bot.OFFER: "+$80.00"}]


async def test_two_mentions_with_the_same_words_are_two(start: Start, slack: FakeSlack) -> None:
    """Only the event's id says what is the same."""
    async with start():
        parent = await deeds.ask(slack, support_bot.LINE)
        for _ in range(2):
            await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    from_bot = [m for m in slack.messages(slack.general, parent["ts"]) if m["user"] == slack.bot_user]
    assert len(from_bot) == 4


async def test_a_form_that_is_submitted_twice_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        view = await deeds.full_form(slack)
        answers = slack.fill(view, support_bot.FIELDS)
        both = await asyncio.gather(slack.submit_view(view["id"], answers), slack.submit_view(view["id"], answers))
        assert [(one.ok, one.errors) for one in both] == [(True, {}), (True, {})]
    assert [figures(message) for message in slack.messages()] == [support_bot.FIGURES]


async def test_a_command_and_a_press_that_are_delivered_twice_are_answered_once(start: Start, slack: FakeSlack) -> None:
    payloads = Payloads(slack.workspace)
    async with start():
        parent = await deeds.ask(slack, support_bot.LINE)
        action = {
            "type": "button",
            "action_id": "export",
            "block_id": "b",
            "value": parent["blocks"][-2]["elements"][0]["value"],
        }
        pressed = payloads.block_actions(parent, action, {}, slack.you, slack.general)
        command = payloads.command("/ftcost", support_bot.LINE, slack.you, slack.general)
        for body in (urlencode({"payload": json.dumps(pressed)}), urlencode(command)):
            for _ in range(2):
                assert (await deeds.post_signed(slack.events_url, body, slack.signing_secret))[0] == 200
    assert len(slack.files) == 1
    assert len(slack.messages()) == 2, "the first estimate and the command's"


async def test_a_second_press_of_export_is_a_second_export(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await deeds.ask(slack, support_bot.LINE)
        for _ in range(2):
            assert (await slack.click(parent, "export")).ok
    assert len(slack.files) == 2


# --- side by side -----------------------------------------------------------------------------------------------------


async def test_an_estimate_over_all_offers_holds_nothing_else_up(start: Start, slack: FakeSlack) -> None:
    """While it still waits for Slack: its own acknowledgement, a look-up, and another person's whole thread."""
    answers = asyncio.Event()
    async with start() as running:
        slack.delay_next("chat.postMessage", answers)
        big = await slack.command(LINE.replace("on=openai,google", "on=all"))
        assert big.ok
        await slack.wait_for(lambda: slack.held)
        assert (await deeds.get_json(f"{running.url}/readyz"))[0] == 200
        assert (await slack.command("help")).ok
        assert len(slack.ephemerals()) == 1
        other = await deeds.ask(slack, support_bot.LINE, user=slack.colleague)
        assert slack.held, "the big one waits still"
        answers.set()
    first, second = slack.messages()
    assert first == other
    assert deeds.is_complete(slack, second)

"""The same delivery, press or message twice is answered once."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import replace
from urllib.parse import urlencode

from playground import FakeSlack, Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import difference, figures
from tests.conftest import TIMEOUTS, running_bot


async def test_change_waits_for_an_answer_that_is_not_recorded_yet(
    catalog: Catalog, slack: FakeSlack, database_url: str
) -> None:
    """The first message is in Slack, its mark is not in the database, and somebody already answers in its thread."""
    slack.scopes.add("channels:history")
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    async with running_bot(catalog, slack, database_url, timeouts=replace(TIMEOUTS, first_pause=1.0)):
        assert (await slack.command(support_bot.LINE)).ok
        parent = (await slack.wait_for(slack.messages))[0]
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        assert difference(await slack_actions.change(slack, parent))[3] == "+$80"
    assert slack.ephemerals() == []
    assert len(slack.messages()) == 1


async def test_event_that_is_delivered_again_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        for retry in (1, 2):
            assert (await slack.deliver_event(slack.events[-1], retry_num=retry)).ok
    changes = slack.messages(slack.general, parent["ts"])[2:]  # after the breakdown and the mention itself
    assert [difference(change)[3] for change in changes] == ["+$80"]


async def test_retry_of_a_lost_delivery_is_answered(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        message = await slack.say("epochs=5 would be …", thread_ts=parent["ts"])
        lost = Payloads(slack.workspace).message_event(
            "app_mention", message | {"text": f"<@{slack.bot_user}> epochs=5"}
        )
        assert (await slack.deliver_event(lost, retry_num=1, retry_reason="http_timeout")).ok
    changes = slack.messages(slack.general, parent["ts"])[2:]
    assert [difference(change)[3] for change in changes] == ["+$80"]


async def test_equal_mentions_are_answered_separately(start: Start, slack: FakeSlack) -> None:
    """Only the event's id says what is the same."""
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        for _ in range(2):
            await slack.say(f"<@{slack.bot_user}> what if traffic doubles?", thread_ts=parent["ts"])
    replies = [m["text"] for m in slack.messages(slack.general, parent["ts"]) if m["user"] == slack.bot_user]
    changes = [re.search(r"calls \S+ → \S+/day", reply) for reply in replies]
    assert [match[0] for match in changes if match] == ["calls 50k/day → 100k/day", "calls 100k/day → 200k/day"]


async def test_form_that_is_submitted_twice_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        view = await slack_actions.full_form(slack)
        answers = slack.fill(view, support_bot.FORM)
        responses = await asyncio.gather(slack.submit_view(view["id"], answers), slack.submit_view(view["id"], answers))
        assert [(response.ok, response.errors) for response in responses] == [(True, {}), (True, {})]
    assert [figures(message) for message in slack.messages()] == [support_bot.FIGURES]


async def test_duplicate_command_and_press_are_answered_once(start: Start, slack: FakeSlack) -> None:
    payloads = Payloads(slack.workspace)
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        action = {
            "type": "button",
            "action_id": "export",
            "block_id": "b",
            "value": parent["blocks"][-2]["elements"][0]["value"],
        }
        pressed = payloads.block_actions(parent, action, {}, slack.you, slack.general)
        command = payloads.command("/ftcost", support_bot.LINE, slack.you, slack.general)
        for body in (urlencode({"payload": json.dumps(pressed)}), urlencode(command)):
            current_time = time.time()
            for late in (0, 1):
                assert (
                    await slack_actions.post_signed(
                        slack.events_url, body, slack.signing_secret, at=current_time - late
                    )
                )[0] == 200
    assert len(slack.files) == 1
    assert len(slack.messages()) == 2, "the first estimate and the command's"


async def test_each_press_of_export_posts_a_file(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        for _ in range(2):
            await slack_actions.choose_export(slack, parent)
    assert len(slack.files) == 2

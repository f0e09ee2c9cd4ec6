"""The choices of a card's menu."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import buttons
from tests.conftest import Workspace

Json = dict[str, Any]


async def delete(slack: FakeSlack, card: Json) -> str:
    """Choose “Delete”, confirm it, and return the reply to the user."""
    await slack_actions.delete_answer(slack, card)
    return str((await slack_actions.ephemeral(slack, "`/ftcost list` still has the estimate."))["text"])


@pytest.mark.parametrize("scopes", [[], ["channels:history"]])
async def test_delete_removes_a_card_with_its_replies(start: Start, slack: FakeSlack, scopes: list[str]) -> None:
    """With the replies that were asked for later, and a change. People's messages stay."""
    slack.scopes.update(scopes)
    async with start():
        card = await slack_actions.ask(slack, support_bot.LINE)
        await slack_actions.all_offers(slack, card)
        mention = await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=card["ts"])
        await slack_actions.change(slack, card)
        assert (await delete(slack, slack.messages()[0])).startswith("The answer is deleted.")
    assert slack.messages() == []
    assert slack.messages(thread_ts=card["ts"]) == [mention]


async def test_delete_in_a_thread_of_people_removes_its_messages(start: Start, slack: FakeSlack) -> None:
    """The card and what was posted with it go; the later change is another answer."""
    async with start():
        question = await slack.say("What would it cost?")
        await slack.say(f"<@{slack.bot_user}> {support_bot.LINE}", thread_ts=question["ts"])
        await slack.wait_for(lambda: slack_actions.is_complete(slack, question))
        answer = [message for message in slack.messages(thread_ts=question["ts"]) if message["user"] == slack.bot_user]
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=question["ts"])
        await slack_actions.change(slack, question)
    async with start():
        before = slack.messages(thread_ts=question["ts"])
        card = next(message for message in before if buttons(message)[:1] == ["edit"])
        assert (await delete(slack, card)).startswith("The answer is deleted.")
    gone = {message["ts"] for message in answer}
    assert slack.messages(thread_ts=question["ts"]) == [message for message in before if message["ts"] not in gone]


async def test_delete_says_that_unreadable_replies_stay(start: Start, slack: FakeSlack, database_path: Path) -> None:
    """An answer from before messages were recorded: its replies are found in the channel's history alone."""
    async with start():
        card = await slack_actions.ask(slack, support_bot.LINE)
        replies = slack.messages(thread_ts=card["ts"])
    with closing(sqlite3.connect(database_path)) as connection, connection:
        connection.execute("DELETE FROM messages")
    async with start():
        assert (await delete(slack, card)).startswith("Only the card is deleted. Its replies stay")
    assert slack.messages() == []
    assert slack.messages(thread_ts=card["ts"]) == replies != []
    refused = {(violation.where, violation.error) for violation in slack.violations}
    assert refused == {("conversations.replies", "missing_scope")}


async def test_delete_says_that_slack_refused_a_message(workspace: Workspace, slack: FakeSlack) -> None:
    slack.scopes.add("channels:history")
    card = await slack_actions.ask(slack, support_bot.LINE)
    *_, last = slack.messages(thread_ts=card["ts"])
    slack.fail_next("chat.delete", "cant_delete_message")
    assert (await delete(slack, card)).startswith("The answer isn't fully deleted")
    assert slack.messages() == []
    assert slack.messages(thread_ts=card["ts"]) == [last], "the newest reply is deleted first"

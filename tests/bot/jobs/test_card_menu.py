"""The choices of a card's menu."""

from __future__ import annotations

from typing import Any

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import estimate_id
from tests.conftest import Workspace

Json = dict[str, Any]


async def delete(slack: FakeSlack, card: Json) -> str:
    """Choose “Delete” and return the reply to the user."""
    assert (await slack.click(card, "more", answer=f"delete {estimate_id(card)}")).ok
    return str((await slack_actions.ephemeral(slack, "`/ftcost list` still has the estimate."))["text"])


async def test_delete_removes_a_card_with_its_replies(workspace: Workspace, slack: FakeSlack) -> None:
    slack.scopes.add("channels:history")
    card = await slack_actions.ask(slack, support_bot.LINE)
    assert (await delete(slack, card)).startswith("The answer is deleted.")
    assert slack.messages() == slack.messages(thread_ts=card["ts"]) == []


async def test_delete_says_that_unreadable_replies_stay(start: Start, slack: FakeSlack) -> None:
    """Only the card's time stamp is stored; its replies are found in the channel's history."""
    async with start():
        card = await slack_actions.ask(slack, support_bot.LINE)
        replies = slack.messages(thread_ts=card["ts"])
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

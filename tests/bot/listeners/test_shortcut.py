"""“Estimate fine-tuning” in a message's menu: the form, and the answer in that message's thread."""

from __future__ import annotations

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import amounts, figures, filled_fields, inputs, prefilled
from tests.conftest import Workspace

SHORTCUT = "ftcost_from_message"


async def test_shortcut_answers_in_the_thread_of_the_message(workspace: Workspace, slack: FakeSlack) -> None:
    message = await slack.say(f"What would this cost? {support_bot.LINE}, please.", user=slack.colleague)
    assert (await slack.shortcut(SHORTCUT, message)).ok
    view = await slack_actions.opened(slack)
    assert filled_fields(view) == support_bot.FIELDS
    assert "share" not in inputs(view), "the thread is where it answers"
    assert (await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing"}))).errors == {}
    await slack.wait_for(lambda: slack_actions.is_complete(slack, message))
    parent, breakdown = slack.messages(slack.general, message["ts"])
    assert figures(parent) == support_bot.FIGURES
    assert amounts(breakdown) == support_bot.BREAKDOWN
    assert [m["ts"] for m in slack.messages()] == [message["ts"]], "nothing new at the top level"


async def test_message_without_a_question_opens_the_empty_form(workspace: Workspace, slack: FakeSlack) -> None:
    message = await slack.say("How about fine-tuning? a=b", user=slack.colleague)
    await slack.shortcut(SHORTCUT, message)
    assert filled_fields(await slack_actions.opened(slack)) == {}


async def test_other_words_and_slack_escapes_are_understood(workspace: Workspace, slack: FakeSlack) -> None:
    message = await slack.say(
        "Take examples=2k; Example=400, prompt=2000-&gt;100 and colour=blue.", user=slack.colleague
    )
    await slack.shortcut(SHORTCUT, message)
    fields = filled_fields(await slack_actions.opened(slack))
    assert fields == {"examples": "2k", "example": "400", "prompt": "2000->100"}


async def test_shortcut_on_a_reply_answers_in_its_thread(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack.say("Question of the week", user=slack.colleague)
    reply = await slack.say(support_bot.LINE, thread_ts=parent["ts"])
    await slack.shortcut(SHORTCUT, reply)
    view = await slack_actions.opened(slack)
    await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing"}))
    await slack.wait_for(lambda: slack_actions.is_complete(slack, parent))
    assert figures(slack.messages(slack.general, parent["ts"])[1]) == support_bot.FIGURES


async def test_value_that_is_wrong_is_refused_at_its_field(workspace: Workspace, slack: FakeSlack) -> None:
    message = await slack.say("examples=some example=400")
    await slack.shortcut(SHORTCUT, message)
    view = await slack_actions.opened(slack)
    assert prefilled(view)["examples"] == "some"
    assert set((await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing"}))).errors) == {"examples"}


async def test_plain_english_of_a_message_fills_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    message = await slack.say(
        "We have 10k support chats, about 600 tokens each. Should we fine-tune GPT-4.1-mini? ~20k calls a day",
        user=slack.colleague,
    )
    await slack.shortcut(SHORTCUT, message)
    fields = filled_fields(await slack_actions.opened(slack))
    assert fields.items() >= {"examples": "10k", "example": "600", "calls": "20k/day", "base": "gpt-4.1-mini"}.items()


async def test_global_shortcut_opens_the_form_and_answers_directly(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.global_shortcut("ftcost_from_anywhere")
    view = await slack_actions.opened(slack)
    assert "share" not in inputs(view), "it has no channel to choose"
    answers = slack.fill(view, {"base": "nothing", "examples": "10k", "example": "600"})
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    assert await slack_actions.answered(slack, slack.im)
    assert slack.messages() == []

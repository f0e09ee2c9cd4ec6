"""Help, and the buttons that correct a line."""

from __future__ import annotations

from functools import partial

import pytest

from bot.answers.help import EXAMPLES, RUN_LINE
from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import figures, texts
from tests.conftest import Workspace


@pytest.mark.parametrize("line", ["help", "?", "-h", "--help"])
async def test_help_accepts_common_spellings(workspace: Workspace, slack: FakeSlack, line: str) -> None:
    await slack.command(line)
    (page,) = slack.ephemerals()
    assert len([block for block in page["blocks"] if block.get("accessory")]) == 5
    for words in ("/ftcost watch", "`examples=10k`", "Rented GPUs"):
        assert words in texts(page)
    assert slack.violations == []


@pytest.mark.parametrize("line", ["hi", "thanks!", "what can you do?"])
async def test_greeting_gets_three_questions_to_try(workspace: Workspace, slack: FakeSlack, line: str) -> None:
    await slack.say(line, channel=slack.im)
    (reply,) = await slack.wait_for(lambda: [m for m in slack.messages(slack.im) if m["user"] == slack.bot_user])
    assert len([block for block in reply["blocks"] if block.get("accessory")]) == 3
    assert len(reply["blocks"]) == 4, "no manual"
    assert "`/ftcost help`" in texts(reply)


@pytest.mark.parametrize("line", [line for _, line in EXAMPLES[:2]])
async def test_example_ends_in_an_answer(workspace: Workspace, slack: FakeSlack, line: str) -> None:
    """It is posted only after a second press, and recommends an option."""
    await slack.command(line)
    (reading,) = slack.ephemerals()
    assert slack.messages() == []
    await slack.click(reading, "run_reading")
    card = await slack_actions.answered(slack)
    assert "can't be recommended" not in texts(card)
    assert "pays back" in texts(card)


async def test_sentence_is_asked_back_in_the_words_of_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command("10k support chats of 600 tokens, GPT-4.1 mini, 20k calls a day")
    (reading,) = slack.ephemerals()
    assert texts(reading).startswith("About how many tokens is one answer? 150 is a paragraph.")
    assert "call=" not in texts(reading)


async def test_every_example_of_help_is_answered(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command("help")
    (page,) = slack.ephemerals()
    examples = [block for block in page["blocks"] if block.get("accessory")]
    assert [block["accessory"]["value"] for block in examples] == [line for _, line in EXAMPLES]
    for block in examples:
        before = _count_messages(slack)
        await slack.click(page, RUN_LINE, block_id=block["block_id"])
        await slack.wait_for(partial(_has_more_messages, slack, before))
    answers = "\n".join(message["text"] for message in slack.ephemerals()[1:])
    for refusal in ("isn't a command", "isn't a key", "didn't understand", "isn't a valid"):
        assert refusal not in answers
    assert slack.violations == []


def _count_messages(slack: FakeSlack) -> int:
    return len(slack.ephemerals()) + len(slack.messages())


def _has_more_messages(slack: FakeSlack, count: int) -> bool:
    return _count_messages(slack) > count


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        (support_bot.LINE.replace("examples", "exmaples"), "Use examples"),
        (support_bot.LINE.replace("epochs", "epoch").replace("calls", "cals"), "Use epochs, calls"),
    ],
)
async def test_suggestion_is_a_button_that_applies_it(
    workspace: Workspace, slack: FakeSlack, typed: str, used: str
) -> None:
    await slack.command(typed)
    (refusal,) = slack.ephemerals()
    button = refusal["blocks"][-1]["elements"][0]
    assert button["text"]["text"] == used
    await slack.click(refusal, RUN_LINE)
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


async def test_suggested_command_and_names_are_applied(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command("modles llama")
    (refusal,) = slack.ephemerals()
    await slack.click(refusal, RUN_LINE)
    await slack_actions.ephemeral(slack, "Offers matching")
    await slack.command("on=gogle base=gpt-4o-minni examples=10k example=400")
    button = slack.ephemerals()[-1]["blocks"][-1]["elements"][0]
    assert button["value"].startswith("on=google base=openai/gpt-4o-mini ")
    await slack.command("onn=gogle baes=gpt-4o-minni examples=10k example=400")
    button = slack.ephemerals()[-1]["blocks"][-1]["elements"][0]
    assert button["value"].startswith("on=google base=openai/gpt-4o-mini ")


async def test_all_faults_of_a_line_are_listed_together(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command("exmaples=10k example=400 epochs=0 on=gogle base=gpt-4o-minni")
    (refusal,) = slack.ephemerals()
    for words in ("exmaples", "epochs", "gogle", "gpt-4o-minni"):
        assert words in refusal["text"]

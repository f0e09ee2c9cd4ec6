"""The difference by cause: in the answer to a change, and for any two estimates by `diff`."""

from __future__ import annotations

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import estimate_id, texts
from tests.conftest import Workspace


def identifier(message: slack_actions.Json) -> str:
    return estimate_id(message)


async def test_change_of_two_fields_has_two_costs(workspace: Workspace, slack: FakeSlack) -> None:
    """Two epochs more: 8M tokens at $10: $80.00. Twice the calls: 12 × $1,080.00."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await slack.say(f"<@{slack.bot_user}> epochs=5 calls=100k/day", thread_ts=parent["ts"])
    change = await slack_actions.change(slack, parent)
    assert "epochs +$80, calls +$12,960" in texts(change)


async def test_causes_include_prompting_after_the_models_end(workspace: Workspace, slack: FakeSlack) -> None:
    """GPT-4.1 mini ends on 14 Oct 2027. The 38 days to 21 Nov are prompted; 10k calls a day more of 1,000 tokens at
    GPT-6 Luna's $0.10 per 1M cost $1 a day more.
    """
    line = "on=azure/gpt-4.1-mini@global base=gpt-6-luna cached=0% examples=10k example=600 calls=20k/day call=1000/0"
    parent = await slack_actions.ask(slack, line)
    await slack.say(f"<@{slack.bot_user}> calls=30k/day", thread_ts=parent["ts"])
    change = await slack_actions.change(slack, parent)
    assert "prompting after the model's end +$38" in texts(change)


async def test_two_estimates_are_compared(workspace: Workspace, slack: FakeSlack) -> None:
    """From $13,080.00 to $26,120.00: the $80.00 of the epochs and the $12,960.00 of the calls above, $13,040.00."""
    first = await slack_actions.ask(slack, support_bot.LINE)
    other = await slack_actions.ask(
        slack, support_bot.LINE.replace("epochs=3", "epochs=5").replace("50k/day", "100k/day")
    )
    delivered = await slack.command(f"diff {identifier(first)} {identifier(other)}")
    message = delivered.json()["text"]
    assert "epochs +$80.00, calls +$12,960.00" in message
    for usd in ("$13,080.00", "$26,120.00", "+$13,040.00"):
        assert usd in message
    assert "epochs 3 → 5; calls 50k/day → 100k/day" in message
    assert len(slack.messages()) == 2, "only the asker sees it"


async def test_estimates_without_a_common_offer_say_so(workspace: Workspace, slack: FakeSlack) -> None:
    first = await slack_actions.ask(slack, support_bot.LINE)
    other = await slack_actions.ask(slack, "on=google/gemini-3.5-flash examples=10k example=400 epochs=3")
    delivered = await slack.command(f"diff {identifier(first)} {identifier(other)}")
    assert "no offer in common" in delivered.json()["text"]


async def test_diff_asks_for_two_that_exist(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert "Add two ids" in (await slack.command("diff")).json()["text"]
    unknown = await slack.command(f"diff {identifier(parent)} bcdfghjkmn")
    assert "no estimate “bcdfghjkmn”" in unknown.json()["text"]

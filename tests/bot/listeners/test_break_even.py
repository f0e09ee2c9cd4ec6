"""Break-even in Slack: with the estimate, by its button, by the word `breakeven`.

A prompt of 2,000 tokens becomes 100, and a call has nothing else. Today 2,000 × $0.15 = $0.000300 a call; tuned
100 × $0.30 = $0.000030. A call costs $0.000270 less, so the $62.00 once are back after ceil(62 / 0.00027) = 229,630
calls. At 100,000 calls a month that takes 2.296 months, 70 days from 2026-11-21: 2027-01-30. Of a year's 1.2M calls
324 − 62 = $262.00 remain.
"""

from __future__ import annotations

import json

import pytest

from bot.cli import main
from bot.playground import FakeSlack
from tests.bot import deeds, support_bot
from tests.bot.reading import texts
from tests.conftest import Workspace

TUNED = "on=your-rates rates=0/0.30/1.20 examples=1 example=1 epochs=1 prep=62 prompt=2000->100 call=0/0"
AGAINST = "base_rates=0.15/0.60"
LINE = f"{TUNED} {AGAINST} calls=100k/month"


def reply_about_break_even(slack: FakeSlack, parent: deeds.Json) -> deeds.Json | None:
    found = [reply for reply in slack.messages(thread_ts=parent["ts"]) if reply["text"].startswith("Break-even")]
    return found[-1] if found else None


async def test_an_estimate_with_a_base_says_when_it_pays_back(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await deeds.ask(slack, f"breakeven {LINE}")
    assert "229,630 calls, 2027-01-30" in texts(parent)
    reply = reply_about_break_even(slack, parent)
    assert reply is not None
    for said in ("after 229,630 calls, 2027-01-30", "$0.000270 less", "$27.00 less", "$262.00 ahead"):
        assert said in texts(reply)


async def test_never_says_why_and_what_would_turn_it(workspace: Workspace, slack: FakeSlack) -> None:
    """An answer of 450 tokens costs 450 × (1.20 − 0.60) / 1M = $0.000270 more: just what the prompt saves."""
    parent = await deeds.ask(slack, LINE.replace("call=0/0", "call=0/450"))
    said = texts(reply_about_break_even(slack, parent) or {})
    assert "never: the answers cost more than the prompt saves" in said
    assert "answers of less than 450 tokens" in said


async def test_the_word_needs_a_base(workspace: Workspace, slack: FakeSlack) -> None:
    delivered = await slack.command(f"breakeven {TUNED} calls=100k/month")
    assert "base=gpt-4o-mini" in delivered.json()["text"]
    assert slack.messages() == []


async def test_the_button_answers_in_the_thread(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await deeds.ask(slack, LINE)
    before = len(slack.messages(thread_ts=parent["ts"]))
    await slack.click(parent, "break_even")
    await slack.wait_for(lambda: len(slack.messages(thread_ts=parent["ts"])) > before)
    assert "229,630 calls" in texts(slack.messages(thread_ts=parent["ts"])[-1])


async def test_the_button_asks_for_the_base_where_there_is_none(workspace: Workspace, slack: FakeSlack) -> None:
    """The form opens with its options; with base_rates and prompt filled in, the change says when it pays back."""
    parent = await deeds.ask(slack, support_bot.LINE)
    await slack.click(parent, "break_even")
    view = await deeds.opened(slack)
    assert "base_rates" in {block["block_id"] for block in view["blocks"]}
    await slack.submit_view(view["id"], slack.fill(view, {"base_rates": "3/6", "prompt": "2000->0"}))
    change = await deeds.change(slack, parent)
    # 2,000 tokens at $3 saved a call: $0.006. $120.00 / 0.006 = 20,000 calls.
    assert "pays back after 20,000 calls" in texts(change)


def test_the_terminal_gives_it_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    """Money as text in full precision; `calls` a whole number."""
    assert main([LINE, "--as-of", "2026-11-21", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    answer = found["estimates"][0]["break_even"]
    assert answer["calls"] == 229_630
    assert answer["date"] == "2027-01-30"
    assert answer["saving_per_call_usd"] == "0.00027"
    assert answer["net_usd"] == "262"
    assert answer["reason"] is None
    assert answer["months"].startswith("2.296296")


async def test_the_first_messages_button_means_the_thread_as_it_stands(workspace: Workspace, slack: FakeSlack) -> None:
    """The base came with a change in the thread: the parent's button answers with it instead of asking again."""
    parent = await deeds.ask(slack, support_bot.LINE)
    await slack.say(f"<@{slack.bot_user}> base_rates=3/6 prompt=2000->0", thread_ts=parent["ts"])
    await deeds.change(slack, parent)
    await slack.click(parent, "break_even")
    reply = await slack.wait_for(lambda: reply_about_break_even(slack, parent))
    assert "after 20,000 calls" in texts(reply)
    assert slack.views == []

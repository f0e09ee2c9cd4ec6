"""Break-even in Slack: with the estimate, by its button, by the word `breakeven`.

A prompt of 2,000 tokens becomes 100, and a call has nothing else. Today 2,000 × $0.15 = $0.000300 a call; tuned
100 × $0.30 = $0.000030. A call costs $0.000270 less, so the $62.00 once are back after ceil(62 / 0.00027) = 229,630
calls. At 100,000 calls a month that takes 2.296 months, 70 days from 2026-11-21: 2027-01-30. Of a year's 1.2M calls
324 − 62 = $262.00 remain.
"""

from __future__ import annotations

import json

import pytest

from bot.cli.main import main
from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import inputs, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace

TUNED = "on=your-rates rates=0/0.30/1.20 examples=10 example=1 epochs=1 prep=62 prompt=2000->100 call=0/0"
AGAINST = "base_rates=0.15/0.60"
LINE = f"{TUNED} {AGAINST} calls=100k/month"


def break_even_replies(slack: FakeSlack, parent: Json, figure: str = "") -> list[Json]:
    """Return the thread's replies about the break-even that contain a figure."""
    replies = [reply for reply in slack.messages(thread_ts=parent["ts"]) if reply["text"].startswith("Break-even")]
    return [reply for reply in replies if figure in texts(reply)]


async def test_estimate_with_a_base_has_a_break_even(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f"breakeven {LINE}")
    assert "pays back 30 Jan 2027" in texts(parent)
    await slack.click(parent, "break_even")
    (reply,) = await slack.wait_for(lambda: break_even_replies(slack, parent))
    for phrase in ("after 229,630 calls, on 30 Jan 2027", "$0.000270 less", "$27.00 less", "$262.00 ahead"):
        assert phrase in texts(reply)


async def test_never_has_a_cause_and_a_remedy(workspace: Workspace, slack: FakeSlack) -> None:
    """An answer of 450 tokens costs 450 × (1.20 − 0.60) / 1M = $0.000270 more: just what the prompt saves."""
    parent = await slack_actions.ask(slack, LINE.replace("call=0/0", "call=0/450"))
    await slack.click(parent, "break_even")
    (reply,) = await slack.wait_for(lambda: break_even_replies(slack, parent))
    text = texts(reply)
    assert "never pays back: the answers cost more than the prompt saves" in text
    assert "answers of less than 450 tokens" in text


async def test_breakeven_needs_a_base(workspace: Workspace, slack: FakeSlack) -> None:
    delivered = await slack.command(f"breakeven {TUNED} calls=100k/month")
    assert "base=gpt-4o-mini" in delivered.json()["text"]
    assert slack.messages() == []


async def test_button_answers_in_the_thread(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, LINE)
    before = len(slack.messages(thread_ts=parent["ts"]))
    await slack.click(parent, "break_even")
    await slack.wait_for(lambda: len(slack.messages(thread_ts=parent["ts"])) > before)
    assert "229,630 calls" in texts(slack.messages(thread_ts=parent["ts"])[-1])


async def test_button_asks_only_for_what_is_missing(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await slack.click(parent, "break_even")
    view = await slack_actions.opened(slack, callback_id="break_even_form")
    assert view["title"]["text"] == "When does it pay back?"
    assert inputs(view) == ["base"], "calls and their tokens are known"
    assert "Which model" in (await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing"}))).errors["base"]
    assert (await slack.submit_view(view["id"], slack.fill(view, {"base": "openai/gpt-4"}))).errors == {}
    await slack_actions.change(slack, parent)
    (reply, *_) = await slack.wait_for(lambda: break_even_replies(slack, parent))
    assert "pay" in texts(reply)


async def test_break_even_form_asks_for_four_fields(workspace: Workspace, slack: FakeSlack) -> None:
    """GPT-4.1 at $2 and $8 per 1M, with 1,920 of 2,000 tokens cached at $0.50: 180 × 2 + 1,920 × 0.50 + 70 × 8 = 1,880
    millionths a call; tuned it is 100 × 3 + 70 × 6 = 720. Training's $120.00 are back after 120 / 0.00116 calls.
    """
    parent = await slack_actions.ask(slack, "on=your-rates rates=10/3/6 examples=10k example=250/150 epochs=3")
    await slack.click(parent, "break_even")
    view = await slack_actions.opened(slack, callback_id="break_even_form")
    assert inputs(view) == ["base", "calls", "calls_per", "prompt", "call"]
    answers = {"base": "openai/gpt-4.1", "calls": "50k", "prompt": "2000->0", "call": "100/70"}
    assert (await slack.submit_view(view["id"], slack.fill(view, answers))).errors == {}
    await slack_actions.change(slack, parent)
    replies = await slack.wait_for(lambda: break_even_replies(slack, parent))
    assert "103,449 calls" in "".join(map(texts, replies))


def test_terminal_prints_the_break_even_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Money as text in full precision; `calls` a whole number."""
    assert main([LINE, "--as-of", "2026-11-21", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    answer = result["estimates"][0]["break_even"]
    assert answer["calls"] == 229_630
    assert answer["date"] == "2027-01-30"
    assert answer["saving_per_call_usd"] == "0.00027"
    assert answer["net_usd"] == "262"
    assert answer["reason"] is None
    assert answer["months"].startswith("2.296296")


async def test_break_even_button_uses_the_newest_estimate(workspace: Workspace, slack: FakeSlack) -> None:
    """The base came with a change in the thread: the parent's button answers with it instead of asking again."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await slack.say(f"<@{slack.bot_user}> base_rates=3/6 prompt=2000->0", thread_ts=parent["ts"])
    await slack_actions.change(slack, parent)
    await slack.click(parent, "break_even")
    (*_, reply) = await slack.wait_for(lambda: break_even_replies(slack, parent))
    assert "after 20,000 calls" in texts(reply)
    assert slack.views == []


async def test_breakeven_alone_opens_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    """The base and the prompt are asked for at once; filled in, they are answered with the break-even."""
    view = await slack_actions.open_form(slack, "breakeven")
    assert {"base", "calls", "prompt", "call"} <= set(inputs(view))
    view = await slack_actions.more_options(slack, view)
    typed = dict(word.split("=", 1) for word in LINE.split()) | {"base": "nothing"}
    assert (await slack.submit_view(view["id"], slack.fill(view, typed))).errors == {}
    parent = await slack_actions.answered(slack)
    assert "pays back 30 Jan 2027" in texts(parent)


async def mention(slack: FakeSlack, text: str, parent: Json | None = None) -> Json:
    return await slack.say(f"<@{slack.bot_user}> {text}", thread_ts=parent["ts"] if parent else None)


async def test_breakeven_in_a_thread_is_public(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, LINE)
    before = len(slack.messages(thread_ts=parent["ts"])) + 1  # with the mention itself
    await mention(slack, "breakeven", parent)
    await slack.wait_for(lambda: len(slack.messages(thread_ts=parent["ts"])) == before + 2)
    words, chart = slack.messages(thread_ts=parent["ts"])[before:]
    assert "after 229,630 calls, on 30 Jan 2027" in texts(words)
    assert "Tune or prompt?" in texts(words)
    assert [block["type"] for block in chart["blocks"]] == ["data_visualization"]
    assert slack.ephemerals() == []


async def test_breakeven_in_a_thread_uses_the_newest_estimate(workspace: Workspace, slack: FakeSlack) -> None:
    """Half of the $62.00: 31 / 0.00027 = 114,814.8."""
    parent = await slack_actions.ask(slack, LINE)
    await mention(slack, "prep=31", parent)
    await slack_actions.change(slack, parent)
    await mention(slack, "breakeven", parent)
    (reply,) = await slack.wait_for(lambda: break_even_replies(slack, parent, "114,815 calls"))
    assert "229,630" not in texts(reply)


async def test_breakeven_without_a_base_explains_itself(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f"{TUNED} calls=100k/month")
    before = len(slack.messages(thread_ts=parent["ts"]))
    await mention(slack, "breakeven", parent)
    (notice,) = await slack.wait_for(slack.ephemerals)
    assert "base=gpt-4o-mini" in notice["text"]
    assert len(slack.messages(thread_ts=parent["ts"])) == before + 1, "the mention itself"


async def test_breakeven_with_a_base_changes_the_thread(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f"{TUNED} calls=100k/month")
    await mention(slack, f"breakeven {AGAINST}", parent)
    await slack_actions.change(slack, parent)
    assert "pays back 30 Jan 2027" in texts(slack.messages()[0])


@pytest.mark.parametrize("in_thread", [False, True])
async def test_breakeven_without_an_estimate_says_so(
    workspace: Workspace, slack: FakeSlack, *, in_thread: bool
) -> None:
    message = await slack.say("What would it cost?") if in_thread else None
    await mention(slack, "breakeven", message)
    (notice,) = await slack.wait_for(slack.ephemerals)
    assert "no estimate" in notice["text"] or "thread of an estimate" in notice["text"]
    assert [posted for posted in slack.messages() if posted["user"] == slack.bot_user] == []

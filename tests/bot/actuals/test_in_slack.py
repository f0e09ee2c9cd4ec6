"""Actual against estimate in Slack: commands, mentions, the chart, the button; the real bot against the local Slack.

The support bot (tests/bot/support_bot.py) is asked on 21 November 2026. Until the next day that is one day, 12 / 365
of a month: 1,080 × 12 / 365 = $35.51 for calls, and $120.00 for training, which falls on the first day.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import buttons, estimate_id, prefilled, rows, texts
from tests.conftest import Workspace, running_bot

Json = dict[str, Any]
HEADER = ["Month", "Part", "Estimate", "Actual", "Difference", "Explained by"]


@pytest.fixture
async def asked(workspace: Workspace, slack: FakeSlack) -> Json:
    """The parent message of an estimate."""
    return await slack_actions.ask(slack, support_bot.LINE)


async def compared(slack: FakeSlack, parent: Json, count: int = 1) -> Json:
    """The comparison with this number in a thread, once its chart stands too."""

    def answers() -> list[Json]:
        thread = slack.messages(parent["channel"], parent["ts"])
        charts = [m for m in thread if m["text"].startswith("Bar chart by month")]
        pages = [m for m in thread if m["text"].startswith("Actual against estimate")]
        return pages[count - 1 :] if len(charts) >= count else []

    found: Json = (await slack.wait_for(answers))[0]
    return found


async def test_an_amount_is_recorded_and_held_against_its_month(asked: Json, slack: FakeSlack) -> None:
    delivered = await slack.command(f"actual {estimate_id(asked)} $131.20 training 2026-11")
    assert "comes into the thread" in delivered.body
    page = await compared(slack, asked)
    assert rows(page) == [
        HEADER,
        ["2026-11", "Training", "$120.00", "$131.20", "+$11.20", "volume × price together +$11.20"],
    ]
    said = texts(page)
    assert "2026-11: $131.20 paid, $120.00 estimated: +$11.20." in said
    assert "2026-11 is compared up to 2026-11-21" in said
    assert "Recorded: typed" in said
    chart = slack.messages(asked["channel"], asked["ts"])[-1]
    assert chart["text"] == ("Bar chart by month for Your rate: 2026-11 estimate $120.00, actual $131.20.")
    (block,) = chart["blocks"]
    assert [series["name"] for series in block["chart"]["series"]] == ["Estimate", "Actual"]
    assert [series["data"][0]["value"] for series in block["chart"]["series"]] == [120.0, 131.2]


async def test_without_a_month_it_is_the_current_one_and_said_so(asked: Json, slack: FakeSlack) -> None:
    """Everything together: 120 + 35.51 = 155.51; 300 is off by 144.49, over a quarter and over $50."""
    await slack.command(f"actual {estimate_id(asked)} 300")
    page = await compared(slack, asked)
    assert rows(page)[1] == [
        "2026-11", "All together", "$155.51", "$300.00", "+$144.49 ⚑", "volume × price together +$144.49"
    ]  # fmt: skip
    said = texts(page)
    assert "no month was named, so it is 2026-11" in said
    assert "All together in 2026-11 stands out: off by more than 25% and $50." in said
    assert buttons(page) == [], "an amount of everything together says nothing about the question"


async def test_a_correction_replaces_and_is_remembered(asked: Json, slack: FakeSlack) -> None:
    for number, usd in enumerate(("500", "120"), 1):
        await slack.command(f"actual {estimate_id(asked)} {usd} training 2026-11")
        page = await compared(slack, asked, number)
    assert [row[3:5] for row in rows(page)[1:]] == [["$120.00", "±$0.00"]]
    assert "1 earlier figure was corrected and kept" in texts(page)


async def test_the_comparison_alone_and_in_the_thread(asked: Json, slack: FakeSlack) -> None:
    await slack.say(f"<@{slack.bot_user}> actual 120 training", thread_ts=asked["ts"])
    first = await compared(slack, asked)
    await slack.say(f"<@{slack.bot_user}> actual", thread_ts=asked["ts"])
    second = await compared(slack, asked, 2)
    await slack.command(f"actual {estimate_id(asked)}", channel=slack.random, user=slack.colleague)
    third = await compared(slack, asked, 3)
    assert rows(first) == rows(second) == rows(third)


async def test_recalibrate_opens_the_form_with_what_was_measured(asked: Json, slack: FakeSlack) -> None:
    """Twice the day's calls are 3M a month: 2 × 1080 × 12 / 365 = 71.0136986…, of which 71.01 is 2,999,844 calls."""
    await slack.command(f"actual {estimate_id(asked)} 71.01 inference")
    page = await compared(slack, asked)
    assert "Recalibrated inputs: calls=2999844/month." in texts(page)
    form = await slack_actions.press(slack, page, "recalibrate", "estimate_form")
    assert prefilled(form) == {**support_bot.FIELDS, "calls": "2999844/month"}
    done = await slack.submit_view(form["id"], slack.fill(form, {"calls": "3M/month"}))
    assert done.errors == {}
    reply = await slack_actions.change(slack, asked)
    assert "calls" in reply["text"]


async def test_months_that_follow_are_compared_whole(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    """In January: November is ten days, 355.07, and December 31, 1,100.71; together 1,455.78 where 1,500 was paid."""
    clock = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with running_bot(catalog, slack, database_url, now=lambda: clock[0]):
        parent = await slack_actions.ask(slack, support_bot.LINE)
        clock[0] = datetime(2027, 1, 5, 12, tzinfo=UTC)
        await slack.command(f"actual {estimate_id(parent)} 400 inference 2026-11")
        await compared(slack, parent)
        await slack.command(f"actual {estimate_id(parent)} 1,100 inference 2026-12")
        page = await compared(slack, parent, 2)
    assert [row[:4] for row in rows(page)[1:]] == [
        ["2026-11", "Inference", "$355.07", "$400.00"],
        ["2026-12", "Inference", "$1,100.71", "$1,100.00"],
    ]
    assert "2026-11 to 2026-12: $1,500.00 paid, $1,455.78 estimated: +$44.22." in texts(page)
    assert slack.violations == []


async def test_what_cannot_be_meant_is_said_at_once(asked: Json, slack: FakeSlack) -> None:
    for words, why in (
        ("", "Say which estimate"),
        ("131.20", "Say which estimate"),
        ("bcdfghjkmn 131.20", "There is no estimate"),
        ("{id} 131.20 trainng", "“trainng” is one word too many"),
        ("{id} trainng", "“trainng” is no amount"),
        ("{id} -5", "no amount"),
        ("{id} 80%", "no amount"),
        ("{id} 1 2", "one word too many"),
        ("{id} 5 2026-13", "is no month"),
        ("{id} 5 2026-12", "has not begun"),
        ("{id} 5 1999-01", "too long ago"),
        ("{id} pull", "Say which platform"),
        ("{id} pull bank", "Say which platform"),
        ("{id} 5 pull openai", "not both"),
        ("{id}" + " training" * 40, "more than can be meant"),
    ):
        delivered = await slack.command(f"actual {words.format(id=estimate_id(asked))}")
        assert why in delivered.json()["text"], words


async def test_what_cannot_be_done_is_said_to_who_asked(asked: Json, slack: FakeSlack) -> None:
    for words, why in (
        ("{id}", "Nothing is recorded yet"),
        ("{id} 5 on=openai/gpt-4.1", "has no offer “openai/gpt-4.1”. It has your-rates."),
        ("{id} pull openai", "OpenAI's bill, and the estimate has no offer of that platform"),
        ("{id} pull openai on=your-rates", "set FTCOST_ENCRYPTION_KEYS"),
    ):
        await slack.command(f"actual {words.format(id=estimate_id(asked))}")
        told = await slack.wait_for(lambda why=why: [m for m in slack.ephemerals() if why in m["text"]])
        assert told[0]["to"] == slack.you


async def test_keys_are_not_taken_by_a_mention(asked: Json, slack: FakeSlack) -> None:
    await slack.say(f"<@{slack.bot_user}> keys", thread_ts=asked["ts"])
    assert await slack.wait_for(lambda: [m for m in slack.ephemerals() if "type `/ftcost keys`" in m["text"]])

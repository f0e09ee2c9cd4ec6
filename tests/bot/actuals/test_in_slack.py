"""Comparison of actual amounts with an estimate in Slack: commands, mentions, the chart and the button.

The estimate (tests/bot/support_bot.py) is from 21 November 2026. That day is 12 / 365 of a month: 1,080 × 12 / 365 =
$35.51 for calls. Training, $120.00, is due on the first day.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import buttons, estimate_id, filled_fields, rows, texts
from tests.conftest import Workspace, running_bot

Json = dict[str, Any]
HEADER = ["Month", "Part", "Estimate", "Actual", "Difference", "Explained by"]


@pytest.fixture
async def estimate(workspace: Workspace, slack: FakeSlack) -> Json:
    """Post an estimate and return its parent message."""
    return await slack_actions.ask(slack, support_bot.LINE)


async def compared(slack: FakeSlack, parent: Json, count: int = 1) -> Json:
    """Return the comparison with this number in a thread, once its chart is posted too."""

    def answers() -> list[Json]:
        thread = slack.messages(parent["channel"], parent["ts"])
        charts = [m for m in thread if m["text"].startswith("Bar chart by month")]
        pages = [m for m in thread if m["text"].startswith("Actual against estimate")]
        return pages[count - 1 :] if len(charts) >= count else []

    page: Json = (await slack.wait_for(answers))[0]
    return page


async def test_amount_is_compared_with_the_estimate_of_its_month(estimate: Json, slack: FakeSlack) -> None:
    delivered = await slack.command(f"actual {estimate_id(estimate)} $131.20 training 2026-11")
    assert "will be posted in the thread" in delivered.body
    page = await compared(slack, estimate)
    assert rows(page) == [
        HEADER,
        ["Nov 2026", "Training", "$120.00", "$131.20", "+$11.20", "volume × price together +$11.20"],
    ]
    text = texts(page)
    assert "Nov 2026: $131.20 paid, $120.00 estimated: +$11.20." in text
    assert "Nov 2026 is compared up to 21 Nov" in text
    assert "Recorded: typed" in text
    chart = slack.messages(estimate["channel"], estimate["ts"])[-1]
    assert chart["text"] == ("Bar chart by month for Your rate: Nov 2026 estimate $120.00, actual $131.20.")
    (block,) = chart["blocks"]
    assert [series["name"] for series in block["chart"]["series"]] == ["Estimate", "Actual"]
    assert [series["data"][0]["value"] for series in block["chart"]["series"]] == [120.0, 131.2]


async def test_month_defaults_to_the_current_one_with_a_note(estimate: Json, slack: FakeSlack) -> None:
    """All parts: 120 + 35.51 = 155.51. 300 is off by 144.49, which is more than 25 % and $50."""
    await slack.command(f"actual {estimate_id(estimate)} 300")
    page = await compared(slack, estimate)
    assert rows(page)[1] == [
        "Nov 2026", "All together", "$155.51", "$300.00", "+$144.49 ⚑", "volume × price together +$144.49"
    ]  # fmt: skip
    text = texts(page)
    assert "no month given, so Nov 2026 is assumed" in text
    assert "All together in Nov 2026 stands out: off by more than 25% and $50." in text
    assert buttons(page) == [], "the sum of all parts can't recalibrate the question"


async def test_correction_replaces_an_amount_and_is_counted(estimate: Json, slack: FakeSlack) -> None:
    for number, usd in enumerate(("500", "120"), 1):
        await slack.command(f"actual {estimate_id(estimate)} {usd} training 2026-11")
        page = await compared(slack, estimate, number)
    assert [row[3:5] for row in rows(page)[1:]] == [["$120.00", "±$0.00"]]
    assert "1 recorded amount was corrected" in texts(page)


async def test_command_without_an_amount_shows_the_comparison(estimate: Json, slack: FakeSlack) -> None:
    await slack.say(f"<@{slack.bot_user}> actual 120 training", thread_ts=estimate["ts"])
    typed = await compared(slack, estimate)
    await slack.say(f"<@{slack.bot_user}> actual", thread_ts=estimate["ts"])
    mentioned = await compared(slack, estimate, 2)
    await slack.command(f"actual {estimate_id(estimate)}", channel=slack.random, user=slack.colleague)
    commanded = await compared(slack, estimate, 3)
    assert rows(typed) == rows(mentioned) == rows(commanded)


async def test_recalibrate_opens_the_form_with_measured_values(estimate: Json, slack: FakeSlack) -> None:
    """Twice the day's cost is 3M calls a month: 2 × 1080 × 12 / 365 = 71.0136986…; 71.01 is 2,999,844 calls."""
    await slack.command(f"actual {estimate_id(estimate)} 71.01 inference")
    page = await compared(slack, estimate)
    assert "Recalibrated inputs: calls=2999844/month." in texts(page)
    form = await slack_actions.press(slack, page, "recalibrate", "estimate_form")
    assert filled_fields(form) == {**support_bot.FIELDS, "calls": "2999844/month"}
    done = await slack.submit_view(form["id"], slack.fill(form, {"calls": "3M/month"}))
    assert done.errors == {}
    reply = await slack_actions.change(slack, estimate)
    assert "calls" in reply["text"]


async def test_later_months_are_compared_in_full(catalog: Catalog, slack: FakeSlack, database_url: str) -> None:
    """In January, November counts 10 days, 355.07, and December 31, 1,100.71: 1,455.78 against 1,500 paid."""
    clock = [datetime(2026, 11, 21, 12, tzinfo=UTC)]
    async with running_bot(catalog, slack, database_url, now=lambda: clock[0]):
        parent = await slack_actions.ask(slack, support_bot.LINE)
        clock[0] = datetime(2027, 1, 5, 12, tzinfo=UTC)
        await slack.command(f"actual {estimate_id(parent)} 400 inference 2026-11")
        await compared(slack, parent)
        await slack.command(f"actual {estimate_id(parent)} 1,100 inference 2026-12")
        page = await compared(slack, parent, 2)
    assert [row[:4] for row in rows(page)[1:]] == [
        ["Nov 2026", "Inference", "$355.07", "$400.00"],
        ["Dec 2026", "Inference", "$1,100.71", "$1,100.00"],
    ]
    assert "Nov 2026 to Dec 2026: $1,500.00 paid, $1,455.78 estimated: +$44.22." in texts(page)
    assert slack.violations == []


async def test_invalid_command_is_refused_at_once(estimate: Json, slack: FakeSlack) -> None:
    for words, reason in (
        ("", "Add the id of an estimate"),
        ("131.20", "Add the id of an estimate"),
        ("bcdfghjkmn 131.20", "This workspace has no estimate"),
        ("{id} 131.20 trainng", "“trainng” isn't expected here"),
        ("{id} trainng", "“trainng” isn't an amount"),
        ("{id} -5", "isn't an amount"),
        ("{id} 80%", "isn't an amount"),
        ("{id} 1 2", "isn't expected here"),
        ("{id} 5 2026-13", "isn't a month"),
        ("{id} 5 2026-12", "hasn't started yet"),
        ("{id} 5 1999-01", "too long ago"),
        ("{id} pull", "Say which platform"),
        ("{id} pull bank", "Say which platform"),
        ("{id} 5 pull openai", "not both"),
        ("{id}" + " training" * 40, "too long"),
    ):
        delivered = await slack.command(f"actual {words.format(id=estimate_id(estimate))}")
        assert reason in delivered.json()["text"], words


async def test_failed_command_is_answered_privately(estimate: Json, slack: FakeSlack) -> None:
    for words, reason in (
        ("{id}", "Nothing is recorded yet"),
        ("{id} 5 on=openai/gpt-4.1", "Offer “openai/gpt-4.1” isn't in this estimate. Its offers: your-rates."),
        ("{id} pull openai", "OpenAI's bill, but the estimate has no offer on that platform"),
        ("{id} pull openai on=your-rates", "set FTCOST_ENCRYPTION_KEYS"),
    ):
        await slack.command(f"actual {words.format(id=estimate_id(estimate))}")
        assert (await slack_actions.ephemeral(slack, reason))["to"] == slack.you


async def test_keys_cannot_be_entered_by_a_mention(estimate: Json, slack: FakeSlack) -> None:
    await slack.say(f"<@{slack.bot_user}> keys", thread_ts=estimate["ts"])
    assert await slack.wait_for(lambda: [m for m in slack.ephemerals() if "type `/ftcost keys`" in m["text"]])

"""A bill attached to a mention in an estimate's thread."""

from __future__ import annotations

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.actuals.test_in_slack import Json, compared
from tests.bot.message_text import rows, texts
from tests.conftest import Workspace

QUESTION = support_bot.LINE.replace("on=your-rates rates=10/3/6", "on=openai/gpt-4.1-mini")
BILL = (
    "start_time_iso,amount_value,amount_currency,line_item\n"
    '2026-11-21T00:00:00+00:00,61,usd,"ft:gpt-4.1-mini-2025-04-14, training"\n'
    '2026-11-21T00:00:00+00:00,11,usd,"ft:gpt-4.1-mini-2025-04-14, output"\n'
    '2026-11-21T00:00:00+00:00,900,usd,"gpt-6-luna, output"\n'
)


async def mention(slack: FakeSlack, parent: Json, content: bytes) -> Json:
    """Attach a file to `@ftcost actual` and return the file."""
    file = slack.attach("bill.csv", content)
    await slack.say(f"<@{slack.bot_user}> actual", thread_ts=parent["ts"], files=[file])
    return file


async def test_attached_bill_is_recorded_by_month_and_part(workspace: Workspace, slack: FakeSlack) -> None:
    """Training: 12M tokens × $5 = $60. Calls of the day: 1.5M × 12 / 365 × (100 × 0.80 + 70 × 3.20) / 1M = $14.99."""
    parent = await slack_actions.ask(slack, QUESTION)
    await mention(slack, parent, BILL.encode())
    page = await compared(slack, parent)
    assert [row[:5] for row in rows(page)[1:]] == [
        ["Nov 2026", "Training", "$60.00", "$61.00", "+$1.00"],
        ["Nov 2026", "Inference", "$14.99", "$11.00", "−$3.99"],
    ]
    text = texts(page)
    assert "Recorded: OpenAI's cost export" in text
    assert "not counted: “gpt-6-luna, output”" in text
    assert "900" not in text


async def test_invalid_bill_is_refused_privately(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, QUESTION)
    for content, reason in (
        (b"name,age\nx,3\n", "A bill needs a date"),
        (b"\x89PNG\r\n\x1a\n\xff", "isn't UTF-8 text"),
        (b"date,item,cost\n2026-11-21,web search,5\n", "It has “web search”."),
        (b"date,item,cost\n" + b" " * 5_000_000, "larger than 5 MB"),
    ):
        await mention(slack, parent, content)
        assert (await slack_actions.ephemeral(slack, reason))["to"] == slack.you
    assert len(slack.messages(parent["channel"], parent["ts"])) == 1 + 4, (
        "the reply with the estimate, and the mentions"
    )


async def test_bill_in_a_channel_of_two_companies_is_read(workspace: Workspace, slack: FakeSlack) -> None:
    """Slack sends nothing but the id of a file there."""
    slack.workspace.channels[slack.general].is_ext_shared = True
    parent = await slack_actions.ask(slack, QUESTION)
    await mention(slack, parent, BILL.encode())
    assert "Recorded: OpenAI's cost export" in texts(await compared(slack, parent))


async def test_bill_without_mention_is_not_counted_as_dataset(workspace: Workspace, slack: FakeSlack) -> None:
    """Slack also sends `file_shared` for a CSV in the thread; its tokens aren't counted."""
    parent = await slack_actions.ask(slack, QUESTION)
    await slack.say("the bill, for later", thread_ts=parent["ts"], files=[slack.attach("bill.csv", BILL.encode())])
    await mention(slack, parent, BILL.encode())
    await compared(slack, parent)
    replies = slack.messages(parent["channel"], parent["ts"])
    assert [m["text"].split(":")[0] for m in replies if m["user"] == slack.bot_user][1:] == [
        "Actual against estimate",
        "Bar chart by month for GPT-4.1 mini (OpenAI)",
    ]

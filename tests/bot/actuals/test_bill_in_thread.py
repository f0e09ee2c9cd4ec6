"""A bill dropped into the thread of an estimate with a mention."""

from __future__ import annotations

import pytest

from bot.playground import FakeSlack
from bot.playground.payloads import Payloads
from bot.playground.world import UploadedFile
from tests.bot import deeds, support_bot
from tests.bot.actuals.billing import billing_server
from tests.bot.actuals.test_in_slack import Json, compared
from tests.bot.reading import rows, texts
from tests.conftest import Workspace

QUESTION = support_bot.LINE.replace("on=your-rates rates=10/3/6", "on=openai/gpt-4.1-mini")
BILL = (
    "start_time_iso,amount_value,amount_currency,line_item\n"
    '2026-11-21T00:00:00+00:00,61,usd,"ft:gpt-4.1-mini-2025-04-14, training"\n'
    '2026-11-21T00:00:00+00:00,11,usd,"ft:gpt-4.1-mini-2025-04-14, output"\n'
    '2026-11-21T00:00:00+00:00,900,usd,"gpt-6-luna, output"\n'
)


def shared(slack: FakeSlack, content: bytes) -> Json:
    """A file that somebody shared, as a message names it."""
    file = UploadedFile(slack.workspace.new_id("F"), "bill.csv", len(content), content=content, shared=True)
    file.url = f"{slack.workspace.base_url}/files/{file.id}/bill.csv"
    slack.workspace.uploads[file.id] = file
    return file.wire()


async def mention(slack: FakeSlack, parent: Json, file: Json, words: str = "actual") -> None:
    message = await slack.say("the bill", thread_ts=parent["ts"])
    said = message | {"text": f"<@{slack.bot_user}> {words}", "files": [file]}
    event = Payloads(slack.workspace).message_event("app_mention", said)
    assert (await slack.deliver_event(event)).ok


async def test_a_dropped_bill_is_recorded_by_month_and_part(workspace: Workspace, slack: FakeSlack) -> None:
    """Training 12M tokens at $5 are 60; the day's calls 1.5M × 12 / 365 × (100 × 0.80 + 70 × 3.20) / 1M = $14.99."""
    parent = await deeds.ask(slack, QUESTION)
    await mention(slack, parent, shared(slack, BILL.encode()))
    page = await compared(slack, parent)
    assert [row[:5] for row in rows(page)[1:]] == [
        ["2026-11", "Training", "$60.00", "$61.00", "+$1.00"],
        ["2026-11", "Inference", "$14.99", "$11.00", "−$3.99"],
    ]
    said = texts(page)
    assert "Recorded: OpenAI's cost export" in said
    assert "left out: “gpt-6-luna, output”" in said
    assert "900" not in said


async def test_what_is_no_bill_is_refused_to_who_dropped_it(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await deeds.ask(slack, QUESTION)
    for content, why in (
        (b"name,age\nx,3\n", "A bill needs a date"),
        (b"\x89PNG\r\n\x1a\n\xff", "no text in UTF-8"),
        (b"date,item,cost\n2026-11-21,web search,5\n", "It has “web search”."),
        (b"date,item,cost\n" + b" " * 5_000_000, "larger than 5 MB"),
    ):
        await mention(slack, parent, shared(slack, content))
        told = await slack.wait_for(lambda why=why: [m for m in slack.ephemerals() if why in m["text"]])
        assert told[0]["to"] == slack.you
    assert len(slack.messages(parent["channel"], parent["ts"])) == 2 + 4, "the answer's own replies, and the mentions"


async def test_the_token_goes_to_slack_alone(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await deeds.ask(slack, QUESTION)
    async with billing_server() as elsewhere:
        address = {"url_private": f"{elsewhere.base}/bill.csv", "url_private_download": f"{elsewhere.base}/bill.csv"}
        await mention(slack, parent, shared(slack, b"") | address)
        assert await slack.wait_for(lambda: [m for m in slack.ephemerals() if "not Slack's own" in m["text"]])
        assert elsewhere.asked == []


@pytest.mark.parametrize(("status", "kind", "why"), [(200, "text/html", "files:read"), (404, "text/plain", "HTTP 404")])
async def test_a_file_that_is_not_handed_out_is_said_to_be(
    workspace: Workspace, slack: FakeSlack, status: int, kind: str, why: str
) -> None:
    parent = await deeds.ask(slack, QUESTION)
    file = shared(slack, b"<html>")
    if status == 200:
        slack.workspace.uploads[file["id"]].mimetype = kind
    else:
        del slack.workspace.uploads[file["id"]]
    await mention(slack, parent, file)
    assert await slack.wait_for(lambda: [m for m in slack.ephemerals() if why in m["text"]])

"""Names that would ping, format or break something, wherever a name is shown."""

from __future__ import annotations

import csv
import io
import json

import pytest

from playground import FakeSlack, escape_text
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import estimate_id, header

NAMES = [
    "<!channel>",
    "<!here|x>",
    "<@U1>",
    "<@U0ROBIN001>",
    "<!subteam^S0TEAM|x>",
    "<https://example.com|free money>",
    "free money: https://example.com #general",
    "*bold* _it_ ~no~",
    "```",
    "a ``` b",
    "&lt;!channel&gt;",
    "🎉" * 80,
    "👩‍💻 team",
    "<!channel> " * 7,
    "{0} {} %s %(x)s",
    "‮gnp.exe",
    "'; DROP TABLE estimates; --",
]


@pytest.mark.parametrize("name", NAMES)
async def test_name_pings_nobody_and_is_shown_as_typed(start: Start, slack: FakeSlack, name: str) -> None:
    """Through the form, an edit, a mention, the thread, `list`, `show` and the CSV."""
    visible = name.replace("\u202e", "").strip()
    async with start():
        view = await slack_actions.full_form(slack)
        assert (await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM | {"name": name}))).errors == {}
        parent = await slack_actions.answered(slack)
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
        assert (await slack.submit_view(view["id"], slack.fill(view, {"epochs": "5"}))).errors == {}
        await slack_actions.change(slack, parent)
        await slack.say(f"<@{slack.bot_user}> epochs=4", thread_ts=parent["ts"])
        await slack_actions.change(slack, parent, 2)
        await slack.command("list")
        await slack.command(f"show {estimate_id(parent)}")
        await slack_actions.choose_export(slack, parent)
    assert set(slack.pings) == {slack.you}, "only the asker's own name"
    assert slack.violations == []
    blocks = json.dumps([slack.workspace.posted[slack.general], slack.ephemerals()])
    assert blocks.count('"mrkdwn"') == blocks.count('"verbatim": true'), "Slack makes no links of addresses in it"
    assert header(parent) == visible
    assert parent["text"].startswith(f"{escape_text(visible)}: ")
    listed, showed = slack.ephemerals()
    assert escape_text(visible) in listed["text"]
    assert showed["text"].count("```") == 2, "one code block, which the name does not end"
    content = slack.file_content(slack.files[0]["id"]).decode()
    cells = {row["name"] for row in csv.DictReader(io.StringIO(content, newline=""))}
    assert {cell.removeprefix("'") for cell in cells} == {visible.removeprefix("'")}


async def test_words_in_a_question_ping_nobody(start: Start, slack: FakeSlack) -> None:
    async with start():
        await slack.command("<!channel> hi 20 calls per user")
    (question,) = slack.ephemerals()
    assert question["text"].startswith("“&lt;!channel&gt; hi 20 calls per user”: how many is that in all?")
    assert slack.pings == []


@pytest.mark.parametrize("name", ["<!channel>", "<@U1>", "<!here|x>", "*bold*", "`code`", "x" * 80, "🎉"])
async def test_name_in_one_line_pings_nobody(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="{name}"')
    assert header(parent) == name
    assert set(slack.pings) == {slack.you}
    assert slack.violations == []


@pytest.mark.parametrize("name", ["<!channel>", "&lt;!channel&gt;", "&lt;@U1&gt;", "*bold*", "`code`"])
async def test_name_in_a_mention_pings_nobody(start: Start, slack: FakeSlack, name: str) -> None:
    """Escaped as Slack sends what somebody typed, and live as it sends what somebody chose."""
    async with start():
        message = await slack.say(f'<@{slack.bot_user}> {support_bot.LINE} name="{name}"')
        await slack.wait_for(lambda: slack_actions.is_complete(slack, message))
    assert header(slack.messages(slack.general, message["ts"])[0])
    assert set(slack.pings) == {slack.you}
    assert slack.violations == []


@pytest.mark.parametrize(
    "line",
    [
        "<!channel>",
        "on=<!channel> examples=1 example=1",
        "<!here>=1",
        "examples=<@U1> example=4",
        "price <!channel>",
        "models <!here>",
        "show <@U1>",
    ],
)
async def test_repeated_typo_pings_nobody(start: Start, slack: FakeSlack, line: str) -> None:
    async with start():
        assert (await slack.command(line)).ok
        await slack.say(f"<@{slack.bot_user}> {line}")
    assert len(slack.ephemerals()) == 2, "one for the command, one for the mention"
    assert slack.messages()[1:] == []
    assert slack.pings == []
    assert slack.violations == []


async def test_name_that_is_too_long_is_refused_at_its_field(start: Start, slack: FakeSlack) -> None:
    async with start():
        await slack.command(f'{support_bot.LINE} name="{"x" * 81}"')
    assert "80 characters" in slack.ephemerals()[0]["text"]

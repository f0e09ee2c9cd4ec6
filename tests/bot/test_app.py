"""What people see when something of ours breaks: a sentence with a code, whose details are in the log."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import figures
from tests.conftest import Workspace


def break_table(path: Path, table: str) -> None:
    """Take a table away under the running bot, so that everything that needs it raises."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    connection.close()


def mend_table(path: Path, table: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
    connection.close()


def code_in(text: str) -> str:
    """The code of an apology: E- and six characters."""
    return text[text.index("E-") :][:8]


async def test_a_command_that_fails_gets_a_sentence_with_the_code_of_the_log(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    break_table(database_path, "inbox")
    delivered = await slack.command(support_bot.LINE)
    assert delivered.ok
    (told,) = slack.ephemerals()
    assert "went wrong on our side" in told["text"]
    assert code_in(told["text"]) in caplog.text
    assert "OperationalError" in caplog.text
    assert "inbox" not in told["text"], "the details are for the log"
    mend_table(database_path, "inbox")
    assert figures(await slack_actions.ask(slack, support_bot.LINE)) == support_bot.FIGURES


async def test_a_form_that_fails_stays_open_and_says_the_code(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    view = await slack_actions.full_form(slack)
    answers = slack.fill(view, support_bot.FIELDS)
    break_table(database_path, "inbox")
    delivered = await slack.submit_view(view["id"], answers)
    assert delivered.ok
    (said,) = delivered.errors.values()
    assert code_in(said) in caplog.text
    mend_table(database_path, "inbox")
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


async def test_a_mention_that_could_not_be_written_down_is_delivered_and_answered_later(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack delivers an event again unless it was answered with 200."""
    break_table(database_path, "inbox")
    await slack.say(f"<@{slack.bot_user}> help")
    assert slack.deliveries[-1].status >= 500
    assert "OperationalError" in caplog.text
    mend_table(database_path, "inbox")
    assert (await slack.deliver_event(slack.events[-1], retry_num=1, retry_reason="http_error")).ok
    told = await slack.wait_for(slack.ephemerals)
    assert "training runs" in told[0]["text"]


async def test_a_button_that_fails_tells_the_person(
    start: Start, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
    async with start():
        break_table(database_path, "inbox")
        await slack_actions.choose_export(slack, parent)
    (told,) = slack.ephemerals()
    assert code_in(told["text"]) in caplog.text


async def test_an_edit_form_that_cannot_be_filled_says_so(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    break_table(database_path, "estimates")
    await slack.click(parent, "edit")
    (view,) = await slack.wait_for(lambda: [v for v in slack.views if v["title"]["text"] == "Sorry"])
    assert "went wrong on our side" in view["blocks"][0]["text"]["text"]
    assert "OperationalError" in caplog.text


async def test_work_that_fails_after_it_was_accepted_tells_the_asker_once(
    start: Start, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        break_table(database_path, "estimates")
        assert (await slack.command(support_bot.LINE)).ok
        told = await slack.wait_for(slack.ephemerals)
        assert code_in(told[0]["text"]) in caplog.text
        mend_table(database_path, "estimates")
    async with start():
        pass
    assert len(slack.ephemerals()) == 1
    assert slack.messages() == []

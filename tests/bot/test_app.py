"""Apologies: a failed request shows a sentence with a code, and the log has the details."""

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
    """Rename a table under the running bot, so that every use of it raises."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    connection.close()


def restore_table(path: Path, table: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
    connection.close()


def code_in(text: str) -> str:
    """Return the code of an apology, such as E-0a1b2c."""
    return text[text.index("E-") :][:8]


async def test_failed_command_shows_the_code_of_the_log(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    break_table(database_path, "inbox")
    delivered = await slack.command(support_bot.LINE)
    assert delivered.ok
    (message,) = slack.ephemerals()
    assert "went wrong on our side" in message["text"]
    assert code_in(message["text"]) in caplog.text
    assert "OperationalError" in caplog.text
    assert "inbox" not in message["text"], "the details are for the log"
    restore_table(database_path, "inbox")
    assert figures(await slack_actions.ask(slack, support_bot.LINE)) == support_bot.FIGURES


async def test_failed_form_stays_open_and_shows_the_code(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    view = await slack_actions.full_form(slack)
    answers = slack.fill(view, support_bot.FORM)
    break_table(database_path, "inbox")
    delivered = await slack.submit_view(view["id"], answers)
    assert delivered.ok
    (error,) = delivered.errors.values()
    assert code_in(error) in caplog.text
    restore_table(database_path, "inbox")
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


async def test_failed_mention_is_redelivered_and_answered(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack redelivers an event that wasn't answered with 200."""
    break_table(database_path, "inbox")
    await slack.say(f"<@{slack.bot_user}> help")
    assert slack.deliveries[-1].status >= 500
    assert "OperationalError" in caplog.text
    restore_table(database_path, "inbox")
    assert (await slack.deliver_event(slack.events[-1], retry_num=1, retry_reason="http_error")).ok
    messages = await slack.wait_for(slack.ephemerals)
    assert "Ask me in a sentence" in messages[0]["text"]


async def test_failed_button_notifies_the_user(
    start: Start, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
    async with start():
        break_table(database_path, "inbox")
        assert (await slack.click(parent, "sources")).ok
    (message,) = slack.ephemerals()
    assert code_in(message["text"]) in caplog.text


async def test_edit_form_that_fails_shows_an_apology(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    break_table(database_path, "estimates")
    await slack.click(parent, "edit")
    (view,) = await slack.wait_for(lambda: [v for v in slack.views if v["title"]["text"] == "Sorry"])
    assert "went wrong on our side" in view["blocks"][0]["text"]["text"]
    assert "OperationalError" in caplog.text


async def test_failed_job_notifies_its_user_once(
    start: Start, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        break_table(database_path, "estimates")
        assert (await slack.command(support_bot.LINE)).ok
        messages = await slack.wait_for(slack.ephemerals)
        assert code_in(messages[0]["text"]) in caplog.text
        restore_table(database_path, "estimates")
    async with start():
        pass
    assert len(slack.ephemerals()) == 1
    assert slack.messages() == []

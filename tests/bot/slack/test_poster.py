"""Getting an answer to where it belongs, or to the person who asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import difference, figures
from tests.conftest import Workspace

# --- channels that are closed to the bot ------------------------------------------------------------------------------


@pytest.fixture
async def refused(start: Start, slack: FakeSlack) -> AsyncIterator[list[tuple[str, str]]]:
    """A running bot; at the end, what Slack refused must be exactly what the test put here."""
    expected: list[tuple[str, str]] = []
    async with start():
        yield expected
    assert [(violation.where, violation.error) for violation in slack.violations] == expected


async def test_user_gets_the_answer_where_the_bot_may_not_post(
    slack: FakeSlack, refused: list[tuple[str, str]]
) -> None:
    assert (await slack.command(support_bot.LINE, channel=slack.finance)).ok
    hint = (await slack.wait_for(lambda: slack.messages(slack.im)))[0]
    parent = await slack_actions.answered(slack, slack.im, {hint["ts"]})
    assert "/invite @ftcost" in hint["text"]
    assert f"<#{slack.finance}>" in hint["text"]
    assert figures(parent) == support_bot.FIGURES
    assert len(slack.messages(slack.im, parent["ts"])) == 1
    assert slack.messages(slack.finance) == []
    refused.append(("chat.postMessage", "channel_not_found"))


async def test_answer_in_the_direct_message_can_be_edited_there(
    slack: FakeSlack, refused: list[tuple[str, str]]
) -> None:
    view = await slack_actions.full_form(slack, channel=slack.finance)
    await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))
    hint = (await slack.wait_for(lambda: slack.messages(slack.im)))[0]
    parent = await slack_actions.answered(slack, slack.im, {hint["ts"]})
    view = await slack_actions.press(slack, parent, "edit", "estimate_form")
    await slack.submit_view(view["id"], slack.fill(view, {"epochs": "5"}))
    change = await slack_actions.change(slack, parent)
    assert difference(change)[3] == "+$80", "8M more tokens at $10"
    refused.append(("chat.postMessage", "channel_not_found"))


async def test_refusal_is_shown_where_the_bot_is_not_a_member(workspace: Workspace, slack: FakeSlack) -> None:
    assert (await slack.command("examples=many example=400", channel=slack.finance)).ok
    assert "examples" in slack.ephemerals()[0]["text"]


async def test_public_channel_needs_no_invitation(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE, channel=slack.random)
    assert figures(parent) == support_bot.FIGURES


async def test_export_refused_by_the_channel_is_sent_directly(slack: FakeSlack, refused: list[tuple[str, str]]) -> None:
    """Files need membership: chat:write.public does not reach so far."""
    parent = await slack_actions.ask(slack, support_bot.LINE, channel=slack.random)
    await slack_actions.choose_export(slack, parent)
    message = (await slack.wait_for(lambda: [m for m in slack.messages(slack.im) if m.get("files")]))[0]
    assert message["files"][0]["name"].endswith(".csv")
    refused.append(("files.completeUploadExternal", "not_in_channel"))


async def test_answer_to_an_archived_channel_is_sent_directly(start: Start, slack: FakeSlack) -> None:
    async with start():
        slack.fail_next("chat.postMessage", "is_archived")
        assert (await slack.command(support_bot.LINE)).ok
    hint, parent = slack.messages(slack.im)
    assert f"<#{slack.general}>" in hint["text"]
    assert figures(parent) == support_bot.FIGURES


# --- Slack in trouble -------------------------------------------------------------------------------------------------


async def test_rate_limits_in_a_row_are_survived(start: Start, slack: FakeSlack) -> None:
    """slack_sdk by itself gives up at the first, its own handler at the second."""
    slack.fail_next("chat.postMessage", "ratelimited", retry_after=0, times=2)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
    (parent,) = slack.messages()
    assert slack_actions.is_complete(slack, parent)
    answers = [call.response["ok"] for call in slack.calls if call.method == "chat.postMessage"]
    assert answers == [False, False, True, True]


async def test_server_error_is_tried_again(start: Start, slack: FakeSlack) -> None:
    slack.fail_next("chat.postMessage", "internal_error", status=503)
    async with start():
        await slack.command(support_bot.LINE)
    (parent,) = slack.messages()
    assert slack_actions.is_complete(slack, parent)


async def test_refused_blocks_are_posted_as_text(start: Start, slack: FakeSlack) -> None:
    """Should Slack change a rule, the answer is still there: the breakdown's table as aligned text."""
    async with start():
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        await slack.command(support_bot.LINE)
        await slack.wait_for(lambda: slack.waiting_calls)
        slack.fail_next("chat.postMessage", "invalid_blocks")
        gate.set()
    (parent,) = slack.messages()
    assert "blocks" not in parent
    assert "$13,080 over 12 months" in parent["text"]
    assert len(slack.messages(slack.general, parent["ts"])) == 1


async def test_failure_within_a_thread_is_reported_to_the_user(
    start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        slack.fail_next("chat.postMessage", "fatal_error")
        assert (await slack.command(support_bot.LINE)).ok
    (notice,) = slack.ephemerals()
    assert "went wrong on our side" in notice["text"]
    assert notice["text"][notice["text"].index("E-") :][:8] in caplog.text
    assert slack.messages() == []


async def test_failures_log_no_secret(start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    slack.fail_next("auth.test", "invalid_auth")
    slack.fail_next("chat.postMessage", "internal_error", status=500, times=8)
    async with start():
        await slack.command(support_bot.LINE)
        slack.fail_next("views.open", "fatal_error")
        await slack.command("")
    assert "internal_error" in caplog.text
    assert slack.bot_token not in caplog.text
    assert slack.signing_secret not in caplog.text


# --- forms that cannot be opened --------------------------------------------------------------------------------------


class Clock:
    """Slack's own clock, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


async def test_trigger_that_expired_leaves_no_unhandled_error(
    slack: FakeSlack, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    slack.workspace.clock = clock
    async with start():
        gate = asyncio.Event()
        slack.delay_next("views.open", gate)
        assert (await slack.command("")).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        clock.seconds += 4  # a trigger lives three
        gate.set()
        await slack.wait_for(lambda: slack.violations)
        view = await slack_actions.open_form(slack)
        assert view["title"]["text"] == "Should we fine-tune?"
    assert [violation.error for violation in slack.violations] == ["expired_trigger_id"]
    assert "Traceback" not in caplog.text
    assert "expired_trigger_id" in caplog.text
    (notice,) = slack.ephemerals()
    assert "try again" in notice["text"]
    assert slack.messages() == []


async def test_expired_press_leaves_no_unhandled_error(
    start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("views.open", "expired_trigger_id")
        assert (await slack.click(parent, "edit")).ok
    assert slack.views == []
    assert "Traceback" not in caplog.text
    assert "views.update" not in [call.method for call in slack.calls]


@pytest.mark.parametrize("how", ["command", "word", "shortcut", "button"])
async def test_unopened_form_is_logged_and_reported(
    start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    """Any other fault of views.open is ours: a code for the person, the details for the log."""
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("views.open", "fatal_error")
        if how in ("command", "word"):
            assert (await slack.command("estimate" if how == "word" else "")).ok
        elif how == "shortcut":
            assert (await slack.shortcut("ftcost_from_message", parent)).ok
        else:
            assert (await slack.click(parent, "edit")).ok
    (notice,) = slack.ephemerals()
    assert notice["text"][notice["text"].index("E-") :][:8] in caplog.text
    assert "fatal_error" in caplog.text


async def test_form_closed_while_loading_stays_closed(
    start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        gate = asyncio.Event()
        slack.delay_next("views.update", gate)
        await slack.click(parent, "edit")
        await slack.wait_for(lambda: slack.waiting_calls)
        await slack.close_view(slack.views[0]["id"])
        gate.set()
    assert slack.views == []
    assert [violation.error for violation in slack.violations] == ["not_found"]
    assert "Traceback" not in caplog.text

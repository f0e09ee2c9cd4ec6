"""Every error that Slack documents, for each method that the bot calls: what the user sees of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import TRANSIENT_SLACK_ERRORS
from bot.slack.outcomes import COMMON, METHODS, Outcome, cannot_post_hint, outcome
from playground import Failure, FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import figures

ROOT = Path(__file__).parents[3]
ELSEWHERE = (
    *("restricted_action_read_only_channel", "restricted_action_thread_only_channel", "no_permission"),
    *("ekm_access_denied", "access_denied", "messages_tab_disabled", "team_access_not_granted", "missing_scope"),
)
CALLED_BY_BOLT = {"assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts"}
UPLOADS = {"files.getUploadURLExternal", "files.completeUploadExternal"}


def camel_case(name: str) -> str:
    """Return the Web API's name of a client's method: `chat.postMessage` of `chat_postMessage`."""
    group, _, method = name.partition("_")
    return f"{group}.{method}"


def documented_errors(method: str) -> tuple[str, ...]:
    """Return the names of all errors that Slack documents for a method."""
    return tuple(sorted({*METHODS[method].split(), *COMMON.split()}))


def test_table_has_every_method_that_is_called() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    called = {camel_case(name) for name in re.findall(r"client\.((?!files_upload|is_)[a-z]+_\w+)\b", source)}
    assert {"chat.postMessage", "chat.postEphemeral", "views.update"} <= called
    assert called | CALLED_BY_BOLT | UPLOADS == METHODS.keys()


@pytest.mark.parametrize("method", METHODS)
def test_each_error_has_an_outcome(method: str) -> None:
    outcomes = {name: outcome(method, name) for name in documented_errors(method)}
    assert {name for name, expected in outcomes.items() if expected is Outcome.AGAIN} == (
        outcomes.keys() & TRANSIENT_SLACK_ERRORS
    )
    assert outcome(method, "an_error_of_tomorrow") in (Outcome.APOLOGY, Outcome.OTHER_WAY)


@pytest.mark.parametrize("name", documented_errors("chat.postMessage"))
async def test_posting_errors_end_in_an_answer_or_apology(start: Start, slack: FakeSlack, name: str) -> None:
    """Slack refuses the card once; the answer comes all the same, or an apology with a code."""
    async with start():
        slack.fail_next("chat.postMessage", name, retry_after=0 if name.startswith("rate") else None)
        assert (await slack.command(support_bot.LINE)).ok
    cards = [m for m in (*slack.messages(), *slack.messages(slack.im)) if "$13,080" in m["text"]]
    apologies = [m for m in slack.ephemerals() if "went wrong on our side" in m["text"]]
    match outcome("chat.postMessage", name):
        case Outcome.APOLOGY:
            assert (len(cards), len(apologies)) == (0, 1)
        case Outcome.AGAIN:
            assert (len(cards), len(apologies)) == (1, 0)
            assert figures(cards[0]) == support_bot.FIGURES
            assert cards == slack.messages()
        case Outcome.OTHER_WAY:
            assert (len(cards), len(apologies)) == (1, 0)
            assert slack_actions.is_complete(slack, cards[0])


@pytest.mark.parametrize("name", ELSEWHERE)
async def test_channel_that_takes_no_message_gets_a_direct_one(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        slack.fail_next("chat.postMessage", name)
        await slack.command(support_bot.LINE)
    hint, card = slack.messages(slack.im)
    assert f"<#{slack.general}>" in hint["text"]
    assert "/invite" not in hint["text"], "the bot is in the channel"
    assert figures(card) == support_bot.FIGURES
    assert slack.messages() == []


@pytest.mark.parametrize("name", ["restricted_action_non_threadable_channel", "restricted_action_thread_locked"])
async def test_replies_that_a_channel_refuses_come_directly(start: Start, slack: FakeSlack, name: str) -> None:
    calls = iter(range(100))

    def refuse_reply(method: str) -> Failure | None:
        is_reply = method == "chat.postMessage" and next(calls) == 1
        return Failure(name, 200, None) if is_reply else None

    async with start():
        slack.choose_failure = refuse_reply
        await slack.command(support_bot.LINE)
    (card,) = slack.messages()
    hint, reply = slack.messages(slack.im)
    assert figures(card) == support_bot.FIGURES
    assert "doesn't let me post there" in hint["text"]
    assert reply["text"].startswith("Breakdown")
    assert slack.messages(thread_ts=card["ts"]) == []


@pytest.mark.parametrize("name", ["token_expired", "account_inactive", "token_revoked", "invalid_auth", "not_authed"])
async def test_dead_token_is_reported_by_response_url(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        for method in ("chat.postMessage", "chat.postEphemeral", "conversations.open"):
            slack.fail_next(method, name, times=9)
        await slack.command(support_bot.LINE)
        (apology,) = await slack.wait_for(slack.ephemerals)
    assert "went wrong on our side" in apology["text"]
    assert [call.response["ok"] for call in slack.calls if call.method == "response_url"] == [True]


async def test_notice_refused_everywhere_comes_by_response_url(start: Start, slack: FakeSlack) -> None:
    """A policy of the workspace stops all messages of the app."""
    async with start():
        for method in ("chat.postMessage", "chat.postEphemeral"):
            slack.fail_next(method, "ekm_access_denied", times=9)
        await slack.command(support_bot.LINE)
        (apology,) = await slack.wait_for(slack.ephemerals)
    assert "went wrong on our side" in apology["text"]


@pytest.mark.parametrize("name", METHODS["chat.update"].split())
async def test_refused_update_does_not_block_the_answer(start: Start, slack: FakeSlack, name: str) -> None:
    """A change posts its reply, then shows the new figures on the card."""
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("chat.update", name, retry_after=0 if name.startswith("rate") else None)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        reply = (await slack.wait_for(lambda: slack.messages(thread_ts=parent["ts"])[2:]))[0]
    assert "Changed: epochs 3 → 5" in str(reply)
    assert slack.ephemerals() == []


@pytest.mark.parametrize("name", ["invalid_blocks", "invalid_blocks_format", "too_many_attachments"])
async def test_private_answer_whose_blocks_are_refused_is_text(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        slack.fail_next("chat.postEphemeral", name)
        await slack.say(f"<@{slack.bot_user}> price gpt-4.1-mini")
    (answer,) = slack.ephemerals()
    assert "blocks" not in answer
    assert "gpt-4.1-mini" in answer["text"]


@pytest.mark.parametrize("name", ["not_in_channel", "no_permission", "user_not_in_channel", "restricted_action"])
async def test_private_answer_that_a_channel_refuses_comes_directly(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        slack.fail_next("chat.postEphemeral", name)
        await slack.say(f"<@{slack.bot_user}> price gpt-4.1-mini")
    (answer,) = slack.messages(slack.im)
    assert "gpt-4.1-mini" in answer["text"]


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "name", "reason"),
    [
        ("files.getUploadURLExternal", "file_uploads_disabled", "switched off"),
        ("files.getUploadURLExternal", "storage_limit_reached", "no storage left"),
        ("files.getUploadURLExternal", "file_type_not_allowed", "files of this type"),
        ("files.completeUploadExternal", "file_uploads_except_images_disabled", "only images"),
    ],
)
async def test_refused_export_says_the_reason(
    start: Start, slack: FakeSlack, method: str, name: str, reason: str
) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next(method, name, times=2)
        await slack_actions.choose_export(slack, parent)
    (answer,) = slack.ephemerals()
    assert reason in answer["text"]
    assert "our side" not in answer["text"]


async def test_export_that_the_channel_refuses_comes_directly(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("files.completeUploadExternal", "posting_to_channel_denied")
        await slack_actions.choose_export(slack, parent)
    assert [message for message in slack.messages(slack.im) if message.get("files")]


# --- modals -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ratelimited", "service_unavailable", "internal_error"])
async def test_form_is_filled_at_the_next_attempt(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("views.update", name, retry_after=0, times=2)
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
    assert len(view["blocks"]) > 1


async def test_shortcut_without_a_channel_notifies_directly(start: Start, slack: FakeSlack) -> None:
    """A global shortcut has no response_url."""
    async with start():
        slack.fail_next("views.open", "fatal_error")
        await slack.global_shortcut("ftcost_from_anywhere")
        (answer,) = await slack.wait_for(lambda: slack.messages(slack.im))
    assert "Slack didn't open the form. Please try again. (E-" in answer["text"]


async def test_home_is_published_at_the_next_attempt(start: Start, slack: FakeSlack) -> None:
    async with start():
        slack.fail_next("views.publish", "ratelimited", retry_after=0, times=2)
        assert (await slack_actions.open_home(slack))["blocks"]


@pytest.mark.parametrize("name", ["view_too_large", "fatal_error", "internal_error", "token_revoked"])
async def test_form_that_stays_empty_is_reported(start: Start, slack: FakeSlack, name: str) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.fail_next("views.update", name, times=9)
        await slack.click(parent, "edit")
        (answer,) = await slack.wait_for(slack.ephemerals)
    assert "Please close it and try again. (E-" in answer["text"]


# --- looking for an answer that may be posted -------------------------------------------------------------------------


async def test_history_lookup_skips_long_rate_limits(start: Start, slack: FakeSlack) -> None:
    """Slack allows commercially distributed apps one look a minute: the answer comes without it."""
    slack.scopes.update({"channels:history", "groups:history"})
    async with start():
        slack.fail_next("chat.postMessage", "internal_error", status=503)
        slack.fail_next("conversations.history", "ratelimited", retry_after=60)
        await slack.command(support_bot.LINE)
        parent = await slack_actions.answered(slack)
    assert figures(parent) == support_bot.FIGURES
    assert len(slack.messages()) == 1


# --- advice -----------------------------------------------------------------------------------------------------------


def test_invitation_is_suggested_only_if_it_helps() -> None:
    assert "/invite @ftcost" in cannot_post_hint("C0FINANCE1", "not_in_channel")
    for channel, name in (("D0OTHERS01", "channel_not_found"), ("C1", "is_archived"), ("C1", "restricted_action")):
        assert "/invite" not in cannot_post_hint(channel, name)


async def test_question_in_a_foreign_conversation_is_answered_directly(start: Start, slack: FakeSlack) -> None:
    """`/ftcost` works everywhere, the bot doesn't: here two people talk to each other."""
    async with start():
        slack.fail_next("chat.postMessage", "channel_not_found")
        await slack.command(support_bot.LINE, channel=slack.im)
    hint, card = slack.messages(slack.im)
    assert "/invite" not in hint["text"]
    assert figures(card) == support_bot.FIGURES

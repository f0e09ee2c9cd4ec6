"""One user who sends too many requests, and the users beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.web.rate_limit import MAX_USERS, TOO_MANY, RateAllowance, RateDecision, RateLimit
from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import figures
from tests.conftest import running_bot

ALLOWED = RateDecision(allowed=True)


def test_bucket_empties_and_refills_by_the_clock() -> None:
    """A burst of three and 60 a minute: half a second refills half a token, a second refills one."""
    clock = [100.0]
    limit = RateLimit(RateAllowance(at_once=3, per_minute=60), lambda: clock[0])
    assert [limit.count("T", "U", str(n)).allowed for n in range(4)] == [True, True, True, False]
    clock[0] += 0.5
    assert not limit.count("T", "U", "5").allowed
    clock[0] += 0.5
    assert limit.count("T", "U", "6").allowed
    assert not limit.count("T", "U", "7").allowed
    clock[0] += 3_600
    assert [limit.count("T", "U", f"later {n}").allowed for n in range(4)] == [True, True, True, False]


def test_redelivery_is_counted_once() -> None:
    limit = RateLimit(RateAllowance(at_once=1, per_minute=1), lambda: 0.0)
    assert [limit.count("T", "U", "the same") for _ in range(5)] == [ALLOWED] * 5
    assert not limit.count("T", "U", "another").allowed


def test_each_user_of_each_workspace_has_a_bucket() -> None:
    limit = RateLimit(RateAllowance(at_once=1, per_minute=1), lambda: 0.0)
    assert limit.count("T1", "U1", "1").allowed
    assert not limit.count("T1", "U1", "2").allowed
    assert limit.count("T1", "U2", "3").allowed
    assert limit.count("T2", "U1", "4").allowed


def test_only_the_first_refusal_in_a_row_notifies() -> None:
    clock = [0.0]
    limit = RateLimit(RateAllowance(at_once=1, per_minute=60), lambda: clock[0])
    limit.count("T", "U", "1")
    assert [limit.count("T", "U", str(n)).should_notify for n in (2, 3, 4)] == [True, False, False]
    clock[0] += 1
    limit.count("T", "U", "5")
    assert limit.count("T", "U", "6").should_notify


def test_number_of_remembered_users_is_bounded() -> None:
    limit = RateLimit(RateAllowance(), lambda: 0.0)
    for number in range(MAX_USERS + 500):
        limit.count("T", f"U{number}", "key")
    assert len(limit) == MAX_USERS


@pytest.fixture
async def strict_bot(catalog: Catalog, slack: FakeSlack, database_url: str) -> AsyncIterator[None]:
    """A bot that allows a user a burst of three requests."""
    async with running_bot(catalog, slack, database_url, allowance=RateAllowance(at_once=3, per_minute=1)):
        yield
    assert slack.violations == []


@pytest.mark.parametrize("text", ["", "help", support_bot.LINE])
async def test_refused_command_is_polite_and_others_are_served(strict_bot: None, slack: FakeSlack, text: str) -> None:
    for _ in range(3):
        await slack.command("models mixtral")
    count = len(slack.ephemerals())
    for _ in range(2):
        assert (await slack.command(text)).ok
    assert [message["text"] for message in slack.ephemerals()[count:]] == [TOO_MANY] * 2
    assert slack.views == []
    parent = await slack_actions.ask(slack, support_bot.LINE, user=slack.colleague)
    assert slack.messages() == [parent]


async def test_refused_form_keeps_its_input(strict_bot: None, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    await slack.command("help")
    delivered = await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))
    assert delivered.errors == {"base": TOO_MANY}, "at the first field"
    assert slack.views == [view], "it is still open"
    assert slack.messages() == []


async def test_refused_presses_and_mentions_notify_once(strict_bot: None, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    for _ in range(2):
        assert (await slack.click(parent, "sources")).ok
    for _ in range(3):
        assert (await slack.click(parent, "sources")).ok
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        assert slack.deliveries[-1].ok, "Slack must not deliver it again"
    messages = await slack.wait_for(slack.ephemerals)
    assert [message["text"] for message in messages] == [TOO_MANY]
    assert figures(slack.messages()[0]) == support_bot.FIGURES

    def source_replies() -> list[slack_actions.Json]:
        replies = slack.messages(thread_ts=parent["ts"])
        return [reply for reply in replies if reply["text"].startswith("*Sources*")]

    await slack.wait_for(lambda: len(source_replies()) == 2)


async def test_redelivered_event_costs_the_user_nothing(strict_bot: None, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    for retry in (1, 2, 3):
        assert (await slack.deliver_event(slack.events[-1], retry_num=retry)).ok
    await slack.command("help")
    assert slack.ephemerals()[-1]["text"] != TOO_MANY


def test_heavy_question_costs_more_than_one_request() -> None:
    """10 at once, 60 a minute: a question charged with 12 more leaves −3, so that four seconds pass before another."""
    time = [0.0]
    limit = RateLimit(RateAllowance(10, 60), lambda: time[0])
    assert limit.count("T1", "U1", "a").allowed
    limit.charge("T1", "U1", 12)
    limit.charge("T1", "U2", 12)
    time[0] = 3.5
    assert not limit.count("T1", "U1", "b").allowed
    assert limit.count("T1", "U2", "b").allowed
    time[0] = 4.5
    assert limit.count("T1", "U1", "c").allowed

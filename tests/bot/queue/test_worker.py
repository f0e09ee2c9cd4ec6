"""Accepted work: done once, done although the bot stops, done after it starts again."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from aiohttp import ClientConnectorError

from bot.queue.model import EstimateJob, QueuedJob
from bot.queue.places import PLACES
from bot.queue.store import JobStore
from bot.store import open_database
from playground import FakeSlack, Payloads
from pricing import Catalog
from tests import postgres
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import difference, figures, texts
from tests.conftest import LINE, TIMEOUTS, TODAY, Workspace, running_bot


async def until_it_stops_listening(url: str) -> None:
    with suppress(ClientConnectorError):
        while True:
            await slack_actions.get_json(f"{url}/healthz")


# --- stopping ---------------------------------------------------------------------------------------------------------


async def test_work_that_runs_when_the_bot_stops_is_finished(start: Start, slack: FakeSlack) -> None:
    """Slack answers the first message only after the bot has closed its door; the whole thread still comes."""
    answers = asyncio.Event()

    async def answer_when_the_door_is_closed(url: str) -> None:
        await until_it_stops_listening(url)
        answers.set()

    async with start() as running:
        slack.delay_next("chat.postMessage", answers)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        late = asyncio.create_task(answer_when_the_door_is_closed(running.url))
    await late
    (parent,) = slack.messages()
    assert slack_actions.is_complete(slack, parent)
    assert figures(parent) == support_bot.FIGURES


async def test_job_of_a_killed_process_is_done_once_after_restart(start: Start, slack: FakeSlack) -> None:
    """A command, a form and a mention were acknowledged; the process ends before Slack has taken any of the answers."""
    never = asyncio.Event()
    async with start() as running:
        for method in ("chat.postMessage", "chat.postMessage", "chat.postEphemeral"):
            slack.delay_next(method, never)
        assert (await slack.command(support_bot.LINE)).ok
        view = await slack_actions.full_form(slack)
        assert (await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))).errors == {}
        await slack.say(f"<@{slack.bot_user}> models mixtral")
        await slack.wait_for(lambda: len(slack.waiting_calls) == 3)
        await running.app.worker.close(seconds=0)
    assert slack.messages()[1:] == [], "the mention itself and nothing else"
    assert slack.ephemerals() == []
    for _ in range(2):  # the second start must find nothing left
        async with start():
            pass
        parents = [message for message in slack.messages() if message["user"] == slack.bot_user]
        assert [figures(parent) for parent in parents] == [support_bot.FIGURES] * 2
        assert [len(slack.messages(slack.general, parent["ts"])) for parent in parents] == [1, 1]
        assert len(slack.ephemerals()) == 1
    never.set()


async def test_interrupted_thread_is_completed_without_repetition(start: Start, slack: FakeSlack) -> None:
    """Only the parent stands when the process ends."""
    never = asyncio.Event()
    async with start():
        parent = await slack_actions.ask(slack, LINE)
    whole = [reply["text"] for reply in slack.messages(slack.general, parent["ts"])]
    async with start() as running:
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        await slack.command(LINE)
        await slack.wait_for(lambda: slack.waiting_calls)
        gate.set()
        slack.delay_next("chat.postMessage", never)
        await slack.wait_for(lambda: len(slack.messages()) == 2 and slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    second = slack.messages()[1]
    assert slack.messages(slack.general, second["ts"]) == []
    async with start():
        pass
    assert [reply["text"] for reply in slack.messages(slack.general, second["ts"])] == whole
    assert len(slack.messages()) == 2
    never.set()


async def test_a_change_that_was_cut_off_is_completed_and_not_repeated(start: Start, slack: FakeSlack) -> None:
    """The reply stands and the first message does not yet say so when the process ends."""
    never = asyncio.Event()
    async with start() as running:
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.delay_next("chat.update", never)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    async with start():
        pass
    changes = slack.messages(slack.general, parent["ts"])[2:]
    assert [difference(change)[3] for change in changes] == ["+$80"]
    assert "$13,160" in texts(slack.messages()[0])
    never.set()


# --- the same thing twice ---------------------------------------------------------------------------------------------


async def test_change_waits_for_an_answer_that_is_not_recorded_yet(
    catalog: Catalog, slack: FakeSlack, database_url: str
) -> None:
    """The first message is in Slack, its mark is not in the database, and somebody already answers in its thread."""
    slack.scopes.add("channels:history")
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    async with running_bot(catalog, slack, database_url, timeouts=replace(TIMEOUTS, first_pause=1.0)):
        assert (await slack.command(support_bot.LINE)).ok
        parent = (await slack.wait_for(slack.messages))[0]
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        assert difference(await slack_actions.change(slack, parent))[3] == "+$80"
    assert slack.ephemerals() == []
    assert len(slack.messages()) == 1


async def test_an_event_that_is_delivered_again_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        for retry in (1, 2):
            assert (await slack.deliver_event(slack.events[-1], retry_num=retry)).ok
    changes = slack.messages(slack.general, parent["ts"])[2:]  # after the breakdown and the mention itself
    assert [difference(change)[3] for change in changes] == ["+$80"]


async def test_a_retry_whose_first_delivery_was_lost_is_answered(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        message = await slack.say("epochs=5 would be …", thread_ts=parent["ts"])
        lost = Payloads(slack.workspace).message_event(
            "app_mention", message | {"text": f"<@{slack.bot_user}> epochs=5"}
        )
        assert (await slack.deliver_event(lost, retry_num=1, retry_reason="http_timeout")).ok
    changes = slack.messages(slack.general, parent["ts"])[2:]
    assert [difference(change)[3] for change in changes] == ["+$80"]


async def test_two_mentions_with_the_same_words_are_two(start: Start, slack: FakeSlack) -> None:
    """Only the event's id says what is the same."""
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        for _ in range(2):
            await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    from_bot = [m for m in slack.messages(slack.general, parent["ts"]) if m["user"] == slack.bot_user]
    assert len(from_bot) == 3


async def test_a_form_that_is_submitted_twice_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        view = await slack_actions.full_form(slack)
        answers = slack.fill(view, support_bot.FORM)
        responses = await asyncio.gather(slack.submit_view(view["id"], answers), slack.submit_view(view["id"], answers))
        assert [(response.ok, response.errors) for response in responses] == [(True, {}), (True, {})]
    assert [figures(message) for message in slack.messages()] == [support_bot.FIGURES]


async def test_duplicate_command_and_press_are_answered_once(start: Start, slack: FakeSlack) -> None:
    payloads = Payloads(slack.workspace)
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        action = {
            "type": "button",
            "action_id": "export",
            "block_id": "b",
            "value": parent["blocks"][-2]["elements"][0]["value"],
        }
        pressed = payloads.block_actions(parent, action, {}, slack.you, slack.general)
        command = payloads.command("/ftcost", support_bot.LINE, slack.you, slack.general)
        for body in (urlencode({"payload": json.dumps(pressed)}), urlencode(command)):
            current_time = time.time()
            for late in (0, 1):
                assert (
                    await slack_actions.post_signed(
                        slack.events_url, body, slack.signing_secret, at=current_time - late
                    )
                )[0] == 200
    assert len(slack.files) == 1
    assert len(slack.messages()) == 2, "the first estimate and the command's"


async def test_a_second_press_of_export_is_a_second_export(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        for _ in range(2):
            await slack_actions.choose_export(slack, parent)
    assert len(slack.files) == 2


# --- side by side -----------------------------------------------------------------------------------------------------


async def test_an_estimate_over_all_offers_holds_nothing_else_up(start: Start, slack: FakeSlack) -> None:
    """While it still waits for Slack: its own acknowledgement, a look-up, and another person's whole thread."""
    answers = asyncio.Event()
    async with start() as running:
        slack.delay_next("chat.postMessage", answers)
        big = await slack.command(LINE.replace("on=openai,google", "on=all"))
        assert big.ok
        await slack.wait_for(lambda: slack.waiting_calls)
        assert (await slack_actions.get_json(f"{running.url}/readyz"))[0] == 200
        assert (await slack.command("help")).ok
        assert len(slack.ephemerals()) == 1
        small = await slack_actions.ask(slack, support_bot.LINE, user=slack.colleague)
        assert slack.waiting_calls, "the big estimate still waits"
        answers.set()
    first_message, second_message = slack.messages()
    assert first_message == small
    assert slack_actions.is_complete(slack, second_message)


async def test_many_at_once_are_all_acknowledged_and_all_done(
    catalog: Catalog, slack: FakeSlack, database_url: str
) -> None:
    """More than are worked on at a time, and the worker looks for what waits only when it has a place free."""
    never_by_the_clock = replace(TIMEOUTS, poll=3_600)
    async with running_bot(catalog, slack, database_url, timeouts=never_by_the_clock):
        delivered = await asyncio.gather(*(slack.command(support_bot.LINE) for _ in range(PLACES * 2 + 5)))
        assert all(delivery.ok and not delivery.body for delivery in delivered)
        await slack.wait_for(lambda: len(complete_threads(slack)) == len(delivered))
        parents = complete_threads(slack)
    assert all(figures(parent) == support_bot.FIGURES for parent in parents)
    assert len(slack.messages()) == len(delivered), "none twice"


def complete_threads(slack: FakeSlack) -> list[slack_actions.Json]:
    return [parent for parent in slack.messages() if slack_actions.is_complete(slack, parent)]


# --- Slack or the network away for a while ----------------------------------------------------------------------------


async def test_repeated_slack_failures_delay_but_complete_the_thread(start: Start, slack: FakeSlack) -> None:
    """Five attempts, more than any client of Slack's makes by itself."""
    slack.fail_next("chat.postMessage", "internal_error", status=503, times=5)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
    (parent,) = slack.messages()
    assert figures(parent) == support_bot.FIGURES
    assert slack_actions.is_complete(slack, parent)


async def test_rate_limited_jobs_do_not_hold_up_others(workspace: Workspace, slack: FakeSlack) -> None:
    """As many as there are places wait for an hour. The next question is answered meanwhile."""
    slack.fail_next("chat.postMessage", retry_after=3_600, times=PLACES)
    await asyncio.gather(*(slack.command(support_bot.LINE) for _ in range(PLACES)))
    await slack.wait_for(lambda: sum(call.method == "chat.postMessage" for call in slack.calls) == PLACES)
    parent = await slack_actions.ask(slack, support_bot.LINE, user=slack.colleague)
    assert slack_actions.is_complete(slack, parent)
    assert slack.ephemerals() == [], "nothing is given up"


async def test_permanent_slack_failure_ends_in_an_apology_with_a_code(
    start: Start, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail_next("chat.postMessage", "internal_error", status=503, times=8)
    for _ in range(2):
        async with start():
            if not slack.calls[1:]:
                assert (await slack.command(support_bot.LINE)).ok
    (apology,) = slack.ephemerals()
    assert apology["text"][apology["text"].index("E-") :][:8] in caplog.text
    assert slack.messages() == []


async def test_message_with_a_lost_response_is_not_posted_again(start: Start, slack: FakeSlack) -> None:
    """With the optional scopes: Slack posts the parent and a reply, and answers 500 to both."""
    slack.scopes.update({"channels:history", "im:history"})
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
        parent = await slack_actions.answered(slack)
        slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    assert slack.messages() == [parent]
    assert len(slack.messages(thread_ts=parent["ts"])) == 3, "the breakdown, the mention, one change"


async def test_posted_message_is_found_among_many_later_ones(start: Start, slack: FakeSlack) -> None:
    slack.scopes.add("channels:history")
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    gate = asyncio.Event()
    slack.delay_next("conversations.history", gate)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        for _ in range(450):
            await slack.say("Good morning!")
        gate.set()
        (parent,) = await slack.wait_for(lambda: complete_threads(slack))
    assert [message for message in slack.messages() if message.get("metadata")] == [parent]
    assert sum(call.method == "conversations.history" for call in slack.calls) == 3, "200 messages a page"


async def test_without_those_scopes_it_is_posted_again(start: Start, slack: FakeSlack) -> None:
    slack.fail_next("chat.postMessage", "internal_error", status=500, executed=True)
    async with start():
        assert (await slack.command(support_bot.LINE)).ok
    parent, repeat = slack.messages()
    assert slack.messages(thread_ts=parent["ts"]) == []
    assert slack_actions.is_complete(slack, repeat), "twice rather than not at all"


async def test_overdue_notice_is_sent_once_after_ten_seconds(
    catalog: Catalog, slack: FakeSlack, database_url: str
) -> None:
    time = [TODAY]
    async with running_bot(catalog, slack, database_url, lambda: time[0]) as running:
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        time[0] += timedelta(seconds=10)
        notices = await slack.wait_for(slack.ephemerals)
        assert "takes longer" in notices[0]["text"]
        async with running_bot(catalog, slack, database_url, lambda: time[0]):
            pass  # another replica neither repeats the notice nor runs the job
        assert (await slack_actions.get_json(f"{running.url}/healthz"))[0] == 200
        gate.set()
    assert len(slack.ephemerals()) == 1
    (parent,) = slack.messages()
    assert slack_actions.is_complete(slack, parent)


# --- replicas ---------------------------------------------------------------------------------------------------------


async def test_job_of_a_killed_replica_runs_when_its_lease_ends(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    """A killed process leaves a lease that is not renewed."""
    time = [TODAY]
    database = await open_database(postgres_url)
    killed = JobStore(database, lambda: time[0].replace(tzinfo=None), timedelta(seconds=15))
    job = EstimateJob(
        estimate_id="bcdfghjkmn",
        team_id="T0PLAYGRND",
        user_id=slack.you,
        channel_id=slack.general,
        fields=support_bot.FIELDS,
        as_of=TODAY.date(),
    )
    await killed.put(QueuedJob("view:V1:h", job), claim=True)
    async with running_bot(catalog, slack, postgres_url, lambda: time[0]):
        assert (await slack.command(support_bot.LINE)).ok
        await slack_actions.answered(slack)
        assert len(slack.messages()) == 1, "the lease lasts"
        time[0] += timedelta(seconds=15)
        await slack.wait_for(lambda: len(slack.messages()) == 2)
    await database.close()
    assert [figures(message) for message in slack.messages()] == [support_bot.FIGURES] * 2
    assert all(slack_actions.is_complete(slack, message) for message in slack.messages())


async def test_closed_database_connections_lose_no_answer(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    """Between the parent and its mark, and again before the next question."""
    async with running_bot(catalog, slack, postgres_url):
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        slack.scopes.add("channels:history")
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        postgres.cut_off(postgres_url)
        gate.set()
        parent = await slack_actions.answered(slack)
        postgres.cut_off(postgres_url)
        await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
        assert slack.deliveries[-1].ok
        assert difference(await slack_actions.change(slack, parent))[3] == "+$80"
    assert slack.messages() == [slack.messages()[0]]
    assert slack.ephemerals() == []


async def test_two_replicas_answer_once_and_keep_thread_order(
    catalog: Catalog, slack: FakeSlack, postgres_url: str
) -> None:
    async with (
        running_bot(catalog, slack, postgres_url) as first_bot,
        running_bot(catalog, slack, postgres_url) as second_bot,
    ):
        urls = [f"{replica.url}/slack/events" for replica in (first_bot, second_bot)]
        body = urlencode(Payloads(slack.workspace).command("/ftcost", support_bot.LINE, slack.you, slack.general))
        responses = await asyncio.gather(*(slack_actions.post_signed(url, body, slack.signing_secret) for url in urls))
        assert [status for status, _ in responses] == [200, 200]
        parent = await slack_actions.answered(slack)
        for number, epochs in enumerate((5, 6, 7, 8)):  # each answer names the difference to the one before it
            slack.events_url = urls[number % 2]
            await slack.say(f"<@{slack.bot_user}> epochs={epochs}", thread_ts=parent["ts"])
        await slack.wait_for(lambda: len(slack.messages(thread_ts=parent["ts"])) == 1 + 2 * 4)
    assert slack.messages() == [parent]
    changes = [m for m in slack.messages(thread_ts=parent["ts"])[1:] if m["user"] == slack.bot_user]
    assert [difference(change)[3] for change in changes] == ["+$80", "+$40", "+$40", "+$40"]

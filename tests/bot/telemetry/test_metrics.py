"""Metrics as Prometheus reads them, against counts by hand."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from pathlib import Path

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from playground import FakeSlack
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.test_app import break_table
from tests.conftest import TODAY, Workspace, running_bot

Samples = dict[tuple[str, ...], float]


async def read(url: str) -> str:
    async with ClientSession() as session, session.get(f"{url}/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        return await response.text()


async def samples(url: str) -> Samples:
    """Return every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(await read(url))
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


async def when_idle(url: str) -> Samples:
    while True:
        values = await samples(url)
        if values["ftcost_queue_jobs", "running"] + values["ftcost_queue_jobs", "waiting"] == 0:
            return values


async def test_requests_jobs_and_calls_are_counted_by_outcome(start: Start, slack: FakeSlack) -> None:
    """A command that Slack first answers with 429, a form, a submission, a look-up, an export, a forged request.

    Two presses: “More options”, and “Export” in the menu of the card, whose form is the second submission.
    """
    async with start() as running:
        slack.fail_next("chat.postMessage", retry_after=0)
        parent = await slack_actions.ask(slack, support_bot.LINE)
        view = await slack_actions.open_form(slack)
        view = await slack_actions.more_options(slack, view)
        assert (await slack.submit_view(view["id"], slack.fill(view, support_bot.FORM))).errors == {}
        assert (await slack.command("help")).ok
        await slack_actions.choose_export(slack, parent)
        assert (await slack_actions.post_signed(slack.events_url, "command=%2Fftcost", "another secret"))[0] == 401
        values = await when_idle(running.url)
    requests = {key[1:]: value for key, value in values.items() if key[0] == "ftcost_requests_total"}
    assert requests == {
        ("command", "ok"): 2,
        ("form", "ok"): 1,
        ("action", "ok"): 2,
        ("submission", "ok"): 2,
        ("unknown", "refused"): 1,
    }
    assert values["ftcost_ack_seconds_count", "form"] == 1
    assert 0 < values["ftcost_ack_seconds_sum", "command"] < 60
    assert values["ftcost_jobs_total", "estimate", "done"] == 2
    assert values["ftcost_jobs_total", "export", "done"] == 1
    assert values["ftcost_answer_seconds_count", "estimate"] == 2
    calls = {key[1:]: value for key, value in values.items() if key[0] == "ftcost_slack_calls_total"}
    posted = len(slack.messages()) + sum(len(slack.messages(thread_ts=message["ts"])) for message in slack.messages())
    assert calls["chat.postMessage", "ratelimited"] == 1
    assert calls["chat.postMessage", "ok"] == posted - len(slack.files)
    assert calls["views.open", "ok"] == 2, "the form and the formats"
    assert calls["auth.test", "ok"] == 1
    assert calls["elsewhere", "ok"] == 1, "the content of the file"


async def test_answer_time_ends_with_its_last_message(catalog: Catalog, slack: FakeSlack, database_path: Path) -> None:
    time = [TODAY]
    async with running_bot(catalog, slack, f"sqlite:///{database_path}", lambda: time[0]) as running:
        gate = asyncio.Event()
        slack.delay_next("chat.postMessage", gate)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        time[0] += timedelta(seconds=4)
        values = await samples(running.url)
        assert values["ftcost_queue_jobs", "running"] == 1
        assert values["ftcost_queue_oldest_seconds",] == 4
        assert values["ftcost_queue_waiting_seconds",] == 0
        gate.set()
        values = await when_idle(running.url)
        assert values["ftcost_answer_seconds_sum", "estimate"] == 4
        newest = max(
            price.source.checked_on
            for offer in catalog.offers.values()
            for kind in offer.prices.values()
            for price in kind
        )
        assert values["ftcost_catalog_age_days",] == (TODAY.date() - newest).days


async def test_failed_requests_are_counted_as_failed(
    workspace: Workspace, slack: FakeSlack, database_path: Path
) -> None:
    """A command that cannot be stored."""
    break_table(database_path, "inbox")
    assert (await slack.command(support_bot.LINE)).ok
    values = await samples(workspace.url)
    assert values["ftcost_requests_total", "command", "failed"] == 1
    assert math.isnan(values["ftcost_queue_jobs", "waiting"]), "unknown"
    assert values["ftcost_database_ping_seconds_count",] == 1


async def test_metrics_name_no_person_workspace_or_text(start: Start, slack: FakeSlack) -> None:
    async with start() as running:
        await slack_actions.ask(slack, f"{support_bot.LINE} name=confidential")
        text = await read(running.url)
    for secret in (slack.you, slack.general, "T0PLAYGRND", "confidential", slack.bot_token, slack.signing_secret):
        assert secret not in text

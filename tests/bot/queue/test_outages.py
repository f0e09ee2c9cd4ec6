"""During a database outage no accepted job is lost and every user gets a response."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.workspaces import CACHE_SECONDS, ManyWorkspaces
from bot.store import Installations, open_database, read_keys
from bot.timeouts import Timeouts
from playground import FakeSlack, Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import difference, figures
from tests.bot.two_workspaces import CLIENT_ID, KEY, Company, two_workspaces
from tests.conftest import TIMEOUTS, Workspace, running_bot
from tests.tcp_proxy import TcpProxy

PRODUCTION_LIMITS = replace(TIMEOUTS, accept=Timeouts().accept, know=Timeouts().know)
"""The limits that users meet."""


@pytest.fixture
async def proxy(postgres_url: str) -> AsyncIterator[TcpProxy]:
    proxy = TcpProxy(postgres_url)
    await proxy.up()
    yield proxy
    await proxy.cut()


@pytest.fixture
async def workspace(catalog: Catalog, slack: FakeSlack, proxy: TcpProxy) -> AsyncIterator[Workspace]:
    slack.scopes.add("channels:history")  # so that what stands is found
    async with running_bot(catalog, slack, proxy.url, timeouts=PRODUCTION_LIMITS) as running:
        yield running
        await proxy.up()
    assert slack.violations == []


async def test_form_keeps_its_input_until_the_database_is_back(
    workspace: Workspace, slack: FakeSlack, proxy: TcpProxy
) -> None:
    view = await slack_actions.full_form(slack)
    answers = slack.fill(view, support_bot.FORM)
    await proxy.cut()
    delivered = await slack.submit_view(view["id"], answers)
    assert delivered.ok
    (message,) = delivered.errors.values()
    assert "your input isn't lost" in message
    assert slack.views == [view], "it is open, as it was filled in"
    assert (await slack_actions.get_json(f"{workspace.url}/readyz"))[0] == 503
    await proxy.up()
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES
    assert len(slack.messages()) == 1
    assert (await slack_actions.get_json(f"{workspace.url}/readyz"))[0] == 200


async def test_outage_apologises_to_users_and_refuses_events(
    workspace: Workspace, slack: FakeSlack, proxy: TcpProxy
) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    question = await slack.say("What with five epochs?", thread_ts=parent["ts"])
    await proxy.cut()
    for text in (support_bot.LINE, "list"):
        message = (await slack.command(text)).json()["text"]
        assert "Please try again" in message
    assert not (await slack.click(parent, "sources")).body
    await slack.wait_for(lambda: len(slack.ephemerals()) == 3)
    assert (await slack.command("help")).ok, "what needs no database is answered"
    body = json.dumps(
        Payloads(slack.workspace).message_event("app_mention", question | {"text": f"<@{slack.bot_user}> epochs=5"})
    )
    now = time.time()
    assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret, at=now, json=True))[0] == 500
    await proxy.up()
    # The same bytes within the same second: not taken for a recorded request, for the first was not served.
    assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret, at=now, json=True))[0] == 200
    assert difference(await slack_actions.change(slack, parent))[3] == "+$80"


async def test_accepted_job_continues_when_the_database_is_back(
    workspace: Workspace, slack: FakeSlack, proxy: TcpProxy
) -> None:
    """It goes away between the message in the channel and its mark in the database, and comes back later."""
    gate = asyncio.Event()
    slack.delay_next("chat.postMessage", gate)
    assert (await slack.command(support_bot.LINE)).ok
    await slack.wait_for(lambda: slack.waiting_calls)
    await proxy.cut()
    gate.set()
    parent = (await slack.wait_for(slack.messages))[0]
    assert (await slack_actions.get_json(f"{workspace.url}/readyz"))[0] == 503
    await proxy.up()
    await slack.wait_for(lambda: slack_actions.is_complete(slack, parent))
    assert slack.messages() == [slack.messages()[0]], "found by its mark, and not posted again"
    assert figures(slack.messages()[0]) == support_bot.FIGURES


async def test_silent_database_is_not_awaited(workspace: Workspace, slack: FakeSlack, proxy: TcpProxy) -> None:
    """Slack waits three seconds; the person hears before they are over. A form opens, for it needs no database."""
    assert Timeouts().accept < 3
    view = await slack_actions.full_form(slack)
    proxy.silence()
    submitted, listed, opened, ready = await asyncio.gather(
        slack.submit_view(view["id"], slack.fill(view, support_bot.FORM)),
        slack.command("list"),
        slack.command(""),
        slack_actions.get_json(f"{workspace.url}/readyz"),
    )
    assert ready == (503, {"ok": False, "database": "doesn't answer"})
    assert "your input isn't lost" in next(iter(submitted.errors.values()))
    assert "Please try again" in listed.json()["text"]
    assert (submitted.ok, listed.ok, opened.ok) == (True, True, True), "without its answer"
    await slack_actions.opened(slack, {view["id"]})


@pytest.fixture
async def company(catalog: Catalog, proxy: TcpProxy) -> AsyncIterator[Company]:
    async with two_workspaces(catalog, proxy.url, PRODUCTION_LIMITS) as running:
        yield running
        await proxy.up()


async def test_outage_does_not_ask_a_workspace_to_reinstall(company: Company, proxy: TcpProxy) -> None:
    """Nobody has asked since the start, so that the database has to say whose token it is."""
    await company.install(company.red)
    await proxy.cut()
    message = (await company.red.command("list")).json()["text"]
    assert "Please try again" in message
    assert "install" not in message
    await proxy.up()
    assert figures(await slack_actions.ask(company.red, support_bot.LINE)) == support_bot.FIGURES


async def test_known_workspace_stays_known_during_an_outage(company: Company, proxy: TcpProxy) -> None:
    """For longer than the minute after which its token would be read again."""
    await company.install(company.red)
    database, now = await open_database(proxy.url), [0.0]
    installed = Installations(CLIENT_ID, database, read_keys(KEY))
    many = ManyWorkspaces(
        installed, lambda token, repeats=True: AsyncWebClient(token), PRODUCTION_LIMITS.know, lambda: now[0]
    )
    workspace = await many.find("T0RED")
    assert workspace is not None
    now[0] += CACHE_SECONDS
    proxy.silence()
    red, blue = await asyncio.gather(many.find("T0RED"), many.find("T0BLUE"), return_exceptions=True)
    assert red is workspace
    assert isinstance(blue, TimeoutError), "and is not said to be no customer"
    await proxy.up()
    now[0] += CACHE_SECONDS
    again = await many.find("T0RED")
    assert again is not None
    assert again is not workspace
    await database.close()

"""Prices that are refreshed while the bot runs: from feeds over real HTTP, into the answers of every replica."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.config import refresh_plan
from bot.prices.current_catalog import RefreshPlan
from bot.settings import Settings
from bot.store import RefreshedPriceStore, open_database
from playground import FakeSlack
from pricing import Catalog, load_catalog
from pricing.refresh import Feed
from tests.bot import slack_actions
from tests.bot.message_text import estimate_id, texts
from tests.conftest import TODAY, Workspace, running_bot
from tests.pricing.refresh.feed_server import FeedServer, feed_server

# The recorded feed says $6 per 1M tokens where $5.50 is recorded: 12M tokens, so $72.00 instead of $66.00.
OFFER = "azure/gpt-4.1-mini@regional"
LINE = f"on={OFFER} examples=10k example=250/150 epochs=3 months=1"
AFTER = TODAY + timedelta(days=2)  # later than the shipped prices were read


def with_refreshed(folder: Path) -> Catalog:
    return load_catalog(refreshed_dir=folder)


def plan(feeds: Mapping[str, Feed], *, every_days: int = 1) -> RefreshPlan:
    return RefreshPlan(every_days, feeds, {}, with_refreshed)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


async def training_price(slack: FakeSlack, running: Workspace) -> str:
    """What a replica says the training costs per 1M tokens since the last change."""
    slack.events_url = f"{running.url}/slack/events"
    said = (await slack.command(f"price {OFFER}")).json()["text"]
    return re.findall(r"training .*(\$[0-9.]+)", said)[-1]


async def refreshed(running: Workspace, store: RefreshedPriceStore, version: int) -> None:
    """Look at the clock until that refresh stands, whoever made it, and is in use here."""
    async with asyncio.timeout(20):
        while (await store.last()).version < version:
            await running.app.scheduler.look()
    await running.app.scheduler.look()


async def test_a_watched_estimate_hears_of_what_a_feed_says(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, database_url: str
) -> None:
    time = [TODAY]
    azure = plan(server.feeds("azure-retail"))
    async with running_bot(catalog, slack, database_url, lambda: time[0]) as running:
        parent = await slack_actions.ask(slack, LINE)
        await slack.command(f"watch {estimate_id(parent)} over $5")
        assert await training_price(slack, running) == "$5.50"
    time[0] = AFTER
    database = await open_database(database_url)
    async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
        await refreshed(running, RefreshedPriceStore(database), 1)
        assert await training_price(slack, running) == "$6.00"
        await running.app.scheduler.look()  # the catalogue is another: what is watched is looked at again
        told = await slack.wait_for(
            lambda: [m for m in slack.messages(thread_ts=parent["ts"]) if "unwatch" in texts(m)]
        )
        assert "price of Training +$6.00" in texts(told[0])
    async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
        assert await training_price(slack, running) == "$6.00", "from the start on"
        asked = len(server.asked)
        await running.app.scheduler.look()
    assert len(server.asked) == asked, "once a day"
    await database.close()


async def test_replicas_read_the_feeds_once_and_answer_the_same(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, postgres_url: str
) -> None:
    azure = plan(server.feeds("azure-retail"))
    start = partial(running_bot, catalog, slack, postgres_url, lambda: AFTER, refresh=azure)
    database = await open_database(postgres_url)
    async with start() as one, start() as other:
        await asyncio.gather(*(replica.app.scheduler.look() for replica in (one, other)))
        await refreshed(one, RefreshedPriceStore(database), 1)
        await other.app.scheduler.look()
        assert [await training_price(slack, replica) for replica in (one, other)] == ["$6.00", "$6.00"]
    await database.close()
    assert [request.path for request in server.asked] == ["/azure-retail/page1", "/azure-retail/page2"]


async def test_a_feed_that_is_down_leaves_the_old_prices_and_is_tried_again_the_next_day(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Weekly; a week later it would be next otherwise."""
    time = [AFTER]
    server.gives("/azure-retail/page1", b"", status=500)
    azure = plan(server.feeds("azure-retail"), every_days=7)
    async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
        await running.app.scheduler.look()
    assert "Azure Retail Prices API answers with status 500." in caplog.text
    database = await open_database(database_url)
    assert (await RefreshedPriceStore(database).last()).version == 0
    del server.answers["/azure-retail/page1"]
    for days in (1, 6, 1):  # on the second day it is read; the sixth day after that is too early
        time[0] += timedelta(days=days)
        async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
            await running.app.scheduler.look()
    assert await RefreshedPriceStore(database).last() == (2, (AFTER + timedelta(days=8)).date())
    await database.close()


async def test_refreshed_prices_that_cannot_be_read_are_left_out_and_then_dropped(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As a version of the bot that reads files otherwise would find them; the name tries to leave the folder."""
    database = await open_database(database_url)
    store = RefreshedPriceStore(database)
    await store.write({"../azure.yml": "platform: [broken"}, TODAY.date(), after=await store.last())
    azure = plan(server.feeds("azure-retail"))
    async with running_bot(catalog, slack, database_url, lambda: AFTER, refresh=azure) as running:
        assert await training_price(slack, running) == "$5.50"
        assert "refreshed prices are left out: azure.yml" in caplog.text
        await refreshed(running, store, 2)
        assert await training_price(slack, running) == "$6.00"
    assert list((await store.read())[1]) == ["azure.yml"]
    await database.close()


async def test_what_another_process_wrote_meanwhile_is_not_written_over(database_url: str) -> None:
    database = await open_database(database_url)
    store = RefreshedPriceStore(database)
    nothing = await store.last()
    first = await store.write({"a.yml": "1"}, TODAY.date(), after=nothing)
    assert first
    assert await store.write({"a.yml": "2"}, TODAY.date(), after=nothing) is None
    assert await store.write({"a.yml": "3"}, TODAY.date(), after=first) == (2, TODAY.date())
    assert await store.write({"a.yml": "4"}, TODAY.date(), after=first) is None
    assert (await store.read())[1] == {"a.yml": "3"}
    await database.close()


def test_the_setting_says_how_often_and_leaves_what_is_too_large(catalog: Catalog) -> None:
    def made(how: str) -> RefreshPlan | None:
        return refresh_plan(Settings(refresh=how), catalog)  # type: ignore[arg-type, call-arg]

    assert made("off") is None
    daily, weekly = made("daily"), made("weekly")
    assert daily
    assert weekly
    assert (daily.every_days, weekly.every_days) == (1, 7)
    assert "azure-retail" in daily.feeds
    assert "aws-ec2" not in daily.feeds

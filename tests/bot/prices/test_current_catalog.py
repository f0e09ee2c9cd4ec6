"""Prices that a running bot refreshes from feeds over real HTTP, for all replicas."""

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

# The feed has $6 per 1M tokens, the catalogue $5.50: $72.00 instead of $66.00 for 12M tokens.
OFFER = "azure/gpt-4.1-mini@regional"
LINE = f"on={OFFER} examples=10k example=250/150 epochs=3 months=1"
AFTER = TODAY + timedelta(days=2)  # after the shipped prices were checked


def with_refreshed(folder: Path) -> Catalog:
    return load_catalog(refreshed_dir=folder)


def plan(feeds: Mapping[str, Feed], *, interval_days: int = 1) -> RefreshPlan:
    return RefreshPlan(interval_days, feeds, {}, with_refreshed)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


async def training_price(slack: FakeSlack, running: Workspace) -> str:
    """Return the latest training price that a replica shows, per 1M tokens."""
    slack.events_url = f"{running.url}/slack/events"
    answer = (await slack.command(f"price {OFFER}")).json()["text"]
    return str(re.findall(r"training .*(\$[0-9.]+)", answer)[-1])


async def wait_for_refresh(running: Workspace, store: RefreshedPriceStore, version: int) -> None:
    """Run the scheduler until a refresh has been stored by any replica, then use it here."""
    async with asyncio.timeout(20):
        while (await store.last()).version < version:
            await running.app.scheduler.look()
    await running.app.scheduler.look()


async def test_refreshed_price_alerts_the_watch_of_an_estimate(
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
        await wait_for_refresh(running, RefreshedPriceStore(database), 1)
        assert await training_price(slack, running) == "$6.00"
        await running.app.scheduler.look()  # the catalogue changed, so watches are checked again
        alerts = await slack.wait_for(
            lambda: [m for m in slack.messages(thread_ts=parent["ts"]) if "unwatch" in texts(m)]
        )
        assert "price of Training +$6.00" in texts(alerts[0])
    async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
        assert await training_price(slack, running) == "$6.00", "loaded at the start"
        request_count = len(server.requests)
        await running.app.scheduler.look()
    assert len(server.requests) == request_count, "once a day"
    await database.close()


async def test_replicas_share_one_refresh(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, postgres_url: str
) -> None:
    azure = plan(server.feeds("azure-retail"))
    start = partial(running_bot, catalog, slack, postgres_url, lambda: AFTER, refresh=azure)
    database = await open_database(postgres_url)
    async with start() as replica_1, start() as replica_2:
        await asyncio.gather(*(replica.app.scheduler.look() for replica in (replica_1, replica_2)))
        await wait_for_refresh(replica_1, RefreshedPriceStore(database), 1)
        await replica_2.app.scheduler.look()
        assert [await training_price(slack, replica) for replica in (replica_1, replica_2)] == ["$6.00", "$6.00"]
    await database.close()
    assert [request.path for request in server.requests] == ["/azure-retail/page1", "/azure-retail/page2"]


async def test_refresh_without_any_feed_is_repeated_the_next_day(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With a weekly interval, the next refresh would otherwise be a week later."""
    time = [AFTER]
    server.set_answer("/azure-retail/page1", b"", status=500)
    azure = plan(server.feeds("azure-retail"), interval_days=7)
    async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
        await running.app.scheduler.look()
    assert "Azure Retail Prices API answers with status 500." in caplog.text
    database = await open_database(database_url)
    assert (await RefreshedPriceStore(database).last()).version == 0
    del server.answers["/azure-retail/page1"]
    for days in (1, 6, 1):  # the feed works on day 1; six days later is too early
        time[0] += timedelta(days=days)
        async with running_bot(catalog, slack, database_url, lambda: time[0], refresh=azure) as running:
            await running.app.scheduler.look()
    assert await RefreshedPriceStore(database).last() == (2, (AFTER + timedelta(days=8)).date())
    await database.close()


async def test_unreadable_refreshed_prices_are_ignored_then_dropped(
    catalog: Catalog, slack: FakeSlack, server: FeedServer, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Another version of the bot may have written them. The file name tries to escape the folder."""
    database = await open_database(database_url)
    store = RefreshedPriceStore(database)
    await store.write({"../azure.yml": "platform: [broken"}, TODAY.date(), after=await store.last())
    azure = plan(server.feeds("azure-retail"))
    async with running_bot(catalog, slack, database_url, lambda: AFTER, refresh=azure) as running:
        assert await training_price(slack, running) == "$5.50"
        assert "refreshed prices cannot be loaded and are ignored: azure.yml" in caplog.text
        await wait_for_refresh(running, store, 2)
        assert await training_price(slack, running) == "$6.00"
    assert list((await store.read())[1]) == ["azure.yml"]
    await database.close()


async def test_concurrent_refresh_is_not_overwritten(database_url: str) -> None:
    database = await open_database(database_url)
    store = RefreshedPriceStore(database)
    empty = await store.last()
    stored = await store.write({"a.yml": "1"}, TODAY.date(), after=empty)
    assert stored
    assert await store.write({"a.yml": "2"}, TODAY.date(), after=empty) is None
    assert await store.write({"a.yml": "3"}, TODAY.date(), after=stored) == (2, TODAY.date())
    assert await store.write({"a.yml": "4"}, TODAY.date(), after=stored) is None
    assert (await store.read())[1] == {"a.yml": "3"}
    await database.close()


def test_setting_chooses_the_interval_and_skips_large_feeds(catalog: Catalog) -> None:
    def plan_of(setting: str) -> RefreshPlan | None:
        return refresh_plan(Settings.model_validate({"refresh": setting}), catalog)

    assert plan_of("off") is None
    daily, weekly = plan_of("daily"), plan_of("weekly")
    assert daily
    assert weekly
    assert (daily.interval_days, weekly.interval_days) == (1, 7)
    assert "azure-retail" in daily.feeds
    assert "aws-ec2" not in daily.feeds

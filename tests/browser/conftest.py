"""A headless Chromium, and a new bot with a new local Slack for every test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from pricing import Catalog
from tests.browser.channel import Channel, open_channel
from tests.conftest import TODAY, Workspace, running_bot
from tests.local_slack import local_slack

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
expect.set_options(timeout=20_000)  # a busy machine is slow; a real error stays
SIZE: ViewportSize = {"width": 1500, "height": 900}


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """Start one browser for all browser tests."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is on the PATH")
    async with (
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=path, args=ARGUMENTS) as browser,
    ):
        yield browser


@pytest_asyncio.fixture(loop_scope="package")
async def playground(catalog: Catalog, database_url: str) -> AsyncIterator[Workspace]:
    """Start the bot and its Slack on the tests' date."""
    slack = local_slack(clock=TODAY.timestamp)
    await slack.start()
    try:
        async with running_bot(catalog, slack, database_url) as running:
            yield running
    finally:
        await slack.stop()
    assert slack.violations == [], "the bot sent what Slack refuses"


@pytest_asyncio.fixture(loop_scope="package")
async def channel(browser: Browser, playground: Workspace, request: pytest.FixtureRequest) -> AsyncIterator[Channel]:
    """Open the page at #general. A warning or an error in its console fails the test."""
    options = {"viewport": SIZE} | getattr(request, "param", {})
    async with open_channel(browser, playground.slack.base_url, TODAY, options) as channel:
        yield channel

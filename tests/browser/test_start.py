"""`python -m bot` without credentials: the playground at the printed address."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from tests.browser.channel import Channel
from tests.conftest import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

ROOT = Path(__file__).parents[2]


async def test_playground_starts_answers_and_stops(browser: Browser, tmp_path: Path) -> None:
    settings = {
        "FTCOST_PORT": "0",
        "FTCOST_DATABASE_URL": f"sqlite:///{tmp_path / 'ftcost.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "FTCOST_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=tmp_path,
        env=environment | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        url = re.search(r"http://\S+", line)
        assert url, f"no address in {line!r}"
        async with await browser.new_context() as context:
            channel = Channel(await context.new_page())
            await channel.page.goto(url[0])
            await channel.estimate("on=your-rates rates=10/3/6 examples=10k example=400")
            await expect(channel.parents.first).to_contain_text("$120")
            await channel.say_in_thread("@ftcost epochs=6")
            await expect(channel.thread.last).to_contain_text("$240")
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0


async def test_composer_waits_for_the_commands(browser: Browser, playground: Workspace) -> None:
    is_released = asyncio.Event()

    async def hold(route: Route) -> None:
        await is_released.wait()
        await route.continue_()

    async with await browser.new_context() as context:
        channel = Channel(await context.new_page())
        await channel.page.route("**/playground/state", hold)
        await channel.page.goto(playground.slack.base_url)
        await expect(channel.composer).to_be_disabled()
        is_released.set()
        await channel.estimate("on=your-rates rates=10/3/6 examples=10k example=400")
        await expect(channel.parents.first).to_contain_text("$120")

"""The page's channel, thread and form, as page objects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, Locator, Page, expect

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"


EFFORT = """
window.effort = { pressed: 0, typed: 0 };
let field = null;
const press = () => { window.effort.pressed += 1; field = null; };
addEventListener("click", event => event.detail > 0 && press(), true);
addEventListener("keydown", event => event.key === "Enter" && press(), true);
addEventListener("input", event => {
  if (event.target !== field && event.target.type !== "radio") window.effort.typed += 1;
  field = event.target;
}, true);
"""
"""Counts a person's clicks with Enter, and the fields and lines that they type into."""


class Effort(NamedTuple):
    """What a person did until an answer came."""

    pressed: int
    """Clicks, and Enter."""
    typed: int
    """Fields and lines typed into."""


class Channel:
    """The open channel and its thread."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.composer = page.locator("#composer")
        self.reply = page.locator("#thread-composer")
        self.messages = page.locator("#messages article")
        self.parents = page.locator("#messages article:not(.ephemeral)")
        self.hints = page.locator("#messages article.ephemeral")
        self.thread = page.locator("#thread article")
        self.form = Form(page.get_by_role("dialog"))

    async def type(self, text: str) -> None:
        """Write a line into the channel and send it."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def say_in_thread(self, text: str) -> None:
        """Send a reply in the open thread."""
        await self.reply.fill(text)
        await self.reply.press("Enter")

    async def press(self, message: Locator, button: str) -> None:
        await message.get_by_role("button", name=button, exact=True).click()

    async def estimate(self, line: str) -> None:
        """Send a command line and wait for the whole answer."""
        count = await self.parents.count()
        await self.type(f"/ftcost {line}")
        await expect(self.parents).to_have_count(count + 1)
        await expect(self.thread.last).to_contain_text("Assumptions")

    async def effort(self) -> Effort:
        """Return what was pressed and typed since the last call."""
        counted = await self.page.evaluate("Object.values(window.effort)")
        await self.page.evaluate("Object.assign(window.effort, { pressed: 0, typed: 0 })")
        return Effort(*counted)

    async def photograph(self, name: str) -> None:
        """Save the page as `screenshots/<name>.png`."""
        await self.page.evaluate("document.fonts.ready")
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")


@asynccontextmanager
async def open_channel(
    browser: Browser, url: str, today: datetime, options: Mapping[str, Any]
) -> AsyncIterator[Channel]:
    """Open the page at #general. A warning or an error in its console fails the test.

    Args:
        browser: The browser.
        url: The address of the local Slack.
        today: The page's time.
        options: The options of the browser's context, such as its viewport.
    """
    steady = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce", "color_scheme": "light"}
    async with await browser.new_context(**(steady | dict(options))) as context:
        page = await context.new_page()
        await page.clock.set_fixed_time(today)
        await page.add_init_script(EFFORT)
        console_errors: list[str] = []
        page.on(
            "console", lambda entry: console_errors.append(entry.text) if entry.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        channel = Channel(page)
        await page.goto(url)
        await page.locator("#channel-title").wait_for()  # it appears when the page has its channels and commands
        yield channel
    assert console_errors == []


class Form:
    """The topmost modal, with its fields by scenario key."""

    def __init__(self, dialog: Locator) -> None:
        self.dialog = dialog

    def block(self, key: str) -> Locator:
        return self.dialog.locator(f'[data-block-id="{key}"]')

    def field(self, key: str) -> Locator:
        return self.block(key).locator("input")

    def error(self, key: str) -> Locator:
        return self.block(key).locator(".field-error")

    async def fill(self, **values: str) -> None:
        for key, value in values.items():
            await self.field(key).fill(value)

    async def choose(self, key: str, text: str, label: str) -> None:
        """Type into a type-ahead menu and choose the option with a label."""
        field = self.field(key)
        await field.fill(text)
        await self.block(key).get_by_role("option").filter(has_text=label).first.click()
        if await field.get_attribute("aria-expanded") == "true":  # a list for several choices stays open
            await field.press("Escape")

    async def expect_values(self, **values: str) -> None:
        for key, value in values.items():
            await expect(self.field(key)).to_have_value(value)

    async def press(self, button: str) -> None:
        await self.dialog.get_by_role("button", name=button, exact=True).click()

    async def expect_open(self, title: str) -> None:
        await expect(self.dialog.get_by_role("heading", name=title)).to_be_visible()

    async def expect_closed(self) -> None:
        await expect(self.dialog).to_have_count(0)


async def table(message: Locator) -> list[list[str]]:
    """Return the cells of a message's table by rows, the header first."""
    rows = await message.locator("table tr").all()
    return [await row.locator("th, td").all_inner_texts() for row in rows]


async def alignment(message: Locator) -> list[str]:
    """Return the alignment of each column of a message's table: left or right."""
    cells = await message.locator("table tr:last-child td").all()
    return [await cell.evaluate("cell => getComputedStyle(cell).textAlign") for cell in cells]

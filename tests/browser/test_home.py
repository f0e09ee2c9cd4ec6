"""The Home tab and a budget's approval."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel
from tests.conftest import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

LINE = "on=openai/gpt-4.1-mini,your-rates rates=10/3/6 examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"


async def test_home_shows_estimates_and_workspace_defaults(channel: Channel, playground: Workspace) -> None:
    await channel.estimate('on=openai/gpt-4.1-mini examples=10k example=250/150 name="support bot" customer=existing')
    await open_home(channel, playground)
    home = channel.page.locator("#home")
    await expect(home).to_contain_text("support bot")
    await expect(home).to_contain_text("Your models that will end")
    await channel.photograph("22-home")
    await home.get_by_role("button", name="Defaults", exact=True).click()
    await channel.form.expect_open("Defaults")
    await expect(channel.form.field("days")).to_be_visible()
    await channel.photograph("23-settings")


async def test_admin_sets_defaults_that_questions_use(channel: Channel, playground: Workspace) -> None:
    await open_home(channel, playground)
    home = channel.page.locator("#home")
    await home.get_by_role("button", name="Defaults", exact=True).click()
    await channel.form.choose("base", "gpt 4.1", "GPT-4.1 (OpenAI)")
    await channel.form.fill(days="20")
    await channel.form.press("Save")
    await channel.form.expect_closed()
    await expect(home).to_contain_text("Model used today: openai/gpt-4.1")
    await channel.photograph("27-defaults")
    await channel.page.get_by_role("link", name="general").click()
    await channel.estimate("on=openai/gpt-4.1-mini examples=10k example=250/150 customer=existing")
    await expect(channel.parents.first).to_contain_text("workspace defaults: base=openai/gpt-4.1")


async def test_approval_is_given_in_the_thread(channel: Channel, playground: Workspace) -> None:
    await channel.type("/ftcost budget")
    await channel.form.expect_open("Budget")
    await channel.form.fill(amount="5000")
    await channel.form.choose("approvers", "you", "you")
    await channel.photograph("24-budget-form")
    await channel.form.press("Save")
    await channel.form.expect_closed()
    await channel.type(f"/ftcost {LINE.replace('openai/gpt-4.1-mini,', '')}")
    request = channel.thread.last
    await expect(request).to_contain_text("approve it?")
    await channel.photograph("25-budget")
    await channel.press(request, "Approve")
    await expect(channel.thread.last).to_contain_text("Approved by")
    await expect(channel.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    await channel.photograph("26-approved")


async def test_card_is_watched_and_deleted_by_its_menu(channel: Channel, playground: Workspace) -> None:
    """Home lists the watch; deleting the answer ends it."""
    await channel.estimate(f'{LINE} name="support bot"')
    card = channel.parents.first
    await choose(channel, "Watch")
    await expect(channel.page.locator("article.ephemeral").last).to_contain_text("is watched")
    await open_home(channel, playground)
    home = channel.page.locator("#home")
    await expect(home).to_contain_text("no alerts yet")
    await channel.photograph("28-watched")
    await channel.page.get_by_role("link", name="general").click()
    playground.slack.scopes.add("channels:history")  # without it the replies stay
    await choose(channel, "Delete")
    await channel.form.expect_open("Delete the answer?")
    await channel.photograph("29-delete")
    await channel.form.press("Delete")
    await channel.form.expect_closed()
    await expect(card).to_have_count(0)
    await expect(channel.hints.last).to_contain_text("The answer is deleted")
    await open_home(channel, playground)
    await expect(home).not_to_contain_text("no alerts yet")


async def open_home(channel: Channel, playground: Workspace) -> None:
    await channel.page.locator(f'[data-channel="{playground.slack.im}"]').click()
    await channel.page.get_by_role("tab", name="Home").click()


async def choose(channel: Channel, name: str) -> None:
    """Choose an item of the card's menu."""
    await channel.press(channel.parents.first, "More options")
    await channel.page.get_by_role("menuitem", name=name).click()

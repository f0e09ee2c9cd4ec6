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
    await channel.page.locator(f'[data-channel="{playground.slack.im}"]').click()
    await channel.page.get_by_role("tab", name="Home").click()
    home = channel.page.locator("#home")
    await expect(home).to_contain_text("support bot")
    await expect(home).to_contain_text("Your models that will end")
    await channel.photograph("22-home")
    await home.get_by_role("button", name="Defaults", exact=True).click()
    await channel.form.expect_open("Defaults")
    await expect(channel.form.field("days")).to_be_visible()
    await channel.photograph("23-settings")


async def test_approval_is_given_in_the_thread(channel: Channel, playground: Workspace) -> None:
    slack = playground.slack
    await channel.type("/ftcost budget")
    await channel.form.expect_open("Budget")
    await channel.photograph("24-budget-form")
    (view,) = [view for view in slack.views if view["callback_id"] == "budget_form"]
    answers = slack.fill(view, {"amount": "5000", "approvers": [slack.you]})
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    await channel.form.expect_closed()
    await channel.type(f"/ftcost {LINE.replace('openai/gpt-4.1-mini,', '')}")
    request = channel.thread.last
    await expect(request).to_contain_text("approve it?")
    await channel.photograph("25-budget")
    await channel.press(request, "Approve")
    await expect(channel.thread.last).to_contain_text("Approved by")
    await expect(channel.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    await channel.photograph("26-approved")

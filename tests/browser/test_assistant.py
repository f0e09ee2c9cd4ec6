"""Slack's assistant container: a new chat with the app, beside a channel."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel
from tests.conftest import LINE

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_new_chat_suggests_questions_and_knows_the_channel(channel: Channel) -> None:
    await channel.estimate(LINE)
    await channel.page.get_by_role("link", name="ftcost").click()
    await channel.page.get_by_role("button", name="New chat").click()
    prompts = channel.page.get_by_role("group", name="Suggested questions").get_by_role("button")
    await expect(prompts).to_have_count(3)
    await expect(channel.thread.last).to_contain_text("latest estimate in #general")
    await channel.photograph("60-assistant")
    await prompts.nth(2).click()
    await expect(channel.thread.last).to_contain_text("H100")
    await expect(prompts).to_have_count(0)
    await channel.say_in_thread("what if we look at 20 months?")
    await expect(channel.thread.nth(5)).to_contain_text("From estimate")
    await expect(channel.thread.last).to_contain_text("Breakdown")
    await channel.photograph("61-assistant-answers")

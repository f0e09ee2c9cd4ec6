"""Typos, the keyboard, message shortcuts, channels without the bot, and ephemeral answers."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel
from tests.conftest import LINE, Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_typo_is_fixed_in_the_form(channel: Channel) -> None:
    await channel.type("/ftcost on=google exampels=10k example=250/150 epochs=5 calls=50k/day call=100/70")
    error = channel.hints.last
    await expect(error).to_contain_text("examples")
    await expect(error).to_contain_text("Only visible to you")
    await channel.photograph("10-typo")
    await channel.press(error, "Fix in the form")
    await channel.form.expect_open("Should we fine-tune?")
    await channel.form.expect_values(examples="10k", example="250/150", epochs="5", calls="50k", call="100/70")
    await expect(channel.form.block("on")).to_contain_text("Google: all models")
    await channel.form.choose("base", "nothing", "Nothing yet")
    await channel.form.press("Estimate")
    await expect(channel.parents.first).to_contain_text("once")


async def test_form_works_by_keyboard_alone(channel: Channel) -> None:
    keyboard, form = channel.page.keyboard, channel.form
    await expect(channel.composer).to_be_focused()
    await keyboard.type("/ft")
    await keyboard.press("Tab")  # completes the command
    await expect(channel.composer).to_have_value("/ftcost ")
    await keyboard.press("Enter")
    await expect(form.field("base")).to_be_focused()
    await keyboard.press("Escape")
    await form.expect_closed()
    await expect(channel.composer).to_be_focused()

    await keyboard.press("ArrowUp")  # brings back what was sent
    await keyboard.press("Enter")
    await expect(form.field("base")).to_be_focused()
    await keyboard.type("nothing")
    await expect(form.block("base").get_by_role("option").first).to_have_text("Nothing yet")
    await keyboard.press("Enter")
    await keyboard.press("Tab")
    await keyboard.type("50k")
    await form.field("examples").focus()
    for value in ("10k", "250/150", "1500", "150"):
        await keyboard.press("ControlOrMeta+a")
        await keyboard.type(value)
        if value != "150":
            await keyboard.press("Tab")
    await keyboard.press("Enter")  # submits from any field
    await form.expect_closed()
    await expect(channel.parents.first).to_contain_text("once")
    await expect(channel.composer).to_be_focused()


async def test_shortcut_posts_an_estimate_in_the_messages_thread(channel: Channel) -> None:
    await channel.type("What would tuning cost with examples=20k example=250/150, calls=50k/day and call=100/70?")
    message = channel.messages.first
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await channel.photograph("11-shortcut")
    await channel.page.get_by_role("menuitem", name="Estimate fine-tuning").click()
    await channel.form.expect_open("Should we fine-tune?")
    await channel.form.expect_values(examples="20k", example="250/150", calls="50k", call="100/70")
    await channel.form.choose("base", "nothing", "Nothing yet")
    await channel.form.choose("on", "google", "Google: all models")
    await channel.form.press("Estimate")
    await channel.form.expect_closed()
    await expect(channel.thread.nth(1)).to_contain_text("once")
    await expect(channel.messages).to_have_count(1)


async def test_channel_without_the_bot_is_answered_directly(channel: Channel, playground: Workspace) -> None:
    page, refused = channel.page, playground.slack.violations
    await page.get_by_role("link", name="finance").click()
    await expect(page.get_by_role("heading", name="finance")).to_be_visible()
    await channel.type(f"/ftcost {LINE}")
    await expect(page.locator(".dot")).to_be_visible()  # something unread
    await expect(channel.messages).to_have_count(0)
    await page.get_by_role("link", name="ftcost").click()
    await expect(channel.messages.first).to_contain_text("/invite @ftcost")
    await expect(channel.messages.nth(1)).to_contain_text("Next:")
    await channel.photograph("12-private-channel")
    assert [(call.where, call.error) for call in refused] == [("chat.postMessage", "channel_not_found")]
    refused.clear()


async def test_lookups_are_visible_to_the_user_only(channel: Channel) -> None:
    await channel.estimate(f'{LINE} name="support bot"')
    await channel.page.get_by_role("button", name="Close thread").click()
    for at, (line, expected) in enumerate(
        (
            ("help", "Ask me in a sentence"),
            ("models llama", "together/llama-3.1-8b"),
            ("price openai/gpt-4.1-mini", "batch input"),
            ("list", "support bot"),
        ),
        start=13,
    ):
        await channel.type(f"/ftcost {line}")
        await expect(channel.hints.last).to_contain_text(expected)
        await channel.photograph(f"{at}-{line.split()[0]}")
    await channel.hints.last.get_by_role("link", name="support bot").click()
    await expect(channel.thread).to_have_count(3)
    await channel.hints.first.get_by_role("button", name="Dismiss").click()
    await expect(channel.hints).to_have_count(3)

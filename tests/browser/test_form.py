"""The form of `/ftcost`, its errors, and the answer in a message and its thread."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel, table

pytestmark = pytest.mark.asyncio(loop_scope="package")

FIGURES = {
    # 10,000 examples × 400 tokens × 3 epochs = 12M tokens × $10
    "One-off": "$120.00",
    # 1.5M calls × 100 tokens × $3 + 1.5M calls × 70 tokens × $6, per 1M
    "A month": "$1,080.00",
    "First month": "$1,200.00",
    "12 months": "$13,080.00",
}
TYPED = {"examples": "10k", "example": "250/150", "call": "100/70"}


async def test_errors_appear_at_their_fields_and_keep_all_values(channel: Channel) -> None:
    form = channel.form
    await channel.type("/ftcost")
    await form.expect_open("Should we fine-tune?")
    await channel.photograph("01-form")
    typed = TYPED | {"example": "six", "calls": "50.000"}
    await form.fill(**typed)
    await form.press("Estimate")
    await expect(form.error("base")).to_contain_text("required")
    await form.choose("base", "nothing", "Nothing yet")
    await form.press("Estimate")
    await expect(form.error("example")).to_be_visible()
    await expect(form.error("calls")).to_contain_text("50000")
    await expect(form.field("calls")).to_be_focused()
    await form.expect_values(**typed)
    for key in ("examples", "call"):
        await expect(form.error(key)).to_be_hidden()
    await channel.photograph("02-form-errors")
    await expect(channel.messages).to_have_count(0)


async def test_own_rates_from_the_form_to_the_message(channel: Channel) -> None:
    form = channel.form
    await channel.type("/ftcost")
    await form.fill(**TYPED, calls="50.000")
    await form.choose("base", "nothing", "Nothing yet")
    await form.choose("on", "your own prices", "Your own prices")
    await form.press("More options")
    await expect(form.field("epochs")).to_be_focused()
    await form.expect_values(**TYPED, calls="50.000")
    await channel.photograph("03-form-more-options")
    await form.fill(epochs="3", days="30", rates="10/3/6", name="support bot")
    await form.press("Estimate")
    await expect(form.error("calls")).to_be_visible()
    await form.fill(calls="50,000")
    await form.press("Estimate")
    await form.expect_closed()
    await expect(channel.composer).to_be_focused()

    parent = channel.messages.first
    await expect(parent).to_contain_text("$13,080 over 12 months")
    await expect(parent).to_contain_text("$120 once, $1,080 a month")


async def test_newcomer_answers_five_questions(channel: Channel) -> None:
    """From `/ftcost` to the answer: one choice, five numbers and no key of the grammar."""
    form = channel.form
    await channel.type("/ftcost")
    await form.field("base").fill("gpt 4.1 mini")
    await expect(form.block("base").get_by_role("option").first).to_contain_text("GPT-4.1 mini (OpenAI)")
    await channel.photograph("42-form-type-ahead")
    await form.choose("base", "gpt 4.1 mini", "GPT-4.1 mini (OpenAI)")
    await expect(form.field("base")).to_have_value("GPT-4.1 mini (OpenAI)")
    await form.fill(calls="20,000", examples="10,000", example="600", prompt="1,500", call="150")
    await channel.photograph("43-form-filled")
    await form.press("Estimate")
    await form.expect_closed()
    await expect(channel.parents.first).to_contain_text("GPT-4.1 mini")
    await channel.photograph("44-form-answered")


async def test_form_fits_a_phone(channel: Channel) -> None:
    await channel.page.set_viewport_size({"width": 390, "height": 844})
    await channel.type("/ftcost")
    await channel.form.choose("base", "gpt 4.1 mini", "GPT-4.1 mini (OpenAI)")
    await channel.photograph("45-form-phone")
    dialog = channel.form.dialog
    assert await dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth"), "nothing is cut at the right"
    await channel.form.field("call").scroll_into_view_if_needed()
    await channel.photograph("46-form-phone-end")


async def test_global_shortcut_opens_the_form(channel: Channel) -> None:
    await channel.composer.fill("/")
    await channel.page.get_by_role("option", name="Should we fine-tune?").click()
    await channel.form.expect_open("Should we fine-tune?")


async def test_thread_shows_offers_line_items_and_assumptions(channel: Channel) -> None:
    await channel.estimate(
        "on=your-rates,google rates=10/3/6 examples=10k example=250/150 epochs=3 calls=50k/day call=100/70 days=30"
    )
    parent, offers, lines = [channel.thread.nth(at) for at in range(3)]
    await expect(channel.thread).to_have_count(3)
    await expect(parent).to_contain_text("Gemini 3.1 Flash-Lite")

    header, *rows = await table(offers)
    assert {"Once", "A month"} <= set(header)
    assert any("$120" in row for row in rows)

    amounts = [float(row[3].replace("$", "").replace(",", "")) for row in (await table(lines))[1:] if row[3]]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1]), "the lines add up to their total"
    await expect(lines).to_contain_text("30 days a month")
    await expect(lines.get_by_role("link").first).to_have_attribute("href", re.compile("^https://"))
    await channel.photograph("04-answer")

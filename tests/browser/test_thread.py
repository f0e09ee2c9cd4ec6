"""Actions on an estimate: edit, mention, compare, export."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel

pytestmark = pytest.mark.asyncio(loop_scope="package")

FIELDS = {"on": "your-rates,google/gemini-3.1-flash-lite", "examples": "10k", "example": "250/150", "epochs": "3"}
FIELDS |= {"calls": "50k/day", "call": "100/70", "rates": "10/3/6"}
FIELDS |= {"days": "30"}
LINE = " ".join(f"{key}={value}" for key, value in FIELDS.items())


async def test_edit_posts_the_difference_in_the_thread(channel: Channel) -> None:
    await channel.estimate(LINE)
    await channel.press(channel.parents.first, "Change")
    await channel.form.expect_open("Change the estimate")
    await channel.form.expect_values(**{key: FIELDS[key] for key in ("examples", "example", "epochs", "call")})
    await expect(channel.form.field("base")).to_be_focused()
    await channel.form.fill(epochs="5")
    await channel.form.press("Estimate")
    await channel.form.expect_closed()
    await expect(channel.thread.last).to_contain_text("3 → 5")
    await expect(channel.parents.first).to_contain_text("3 → 5")
    await expect(channel.parents).to_have_count(1)
    await channel.photograph("05-edited")


async def test_mention_changes_the_estimate_of_its_thread(channel: Channel) -> None:
    await channel.estimate(LINE)
    await channel.say_in_thread("@ftcost calls=100k/day")
    await expect(channel.thread.last).to_contain_text("50k/day → 100k/day")
    await expect(channel.parents.first).to_contain_text("50k/day → 100k/day")
    await channel.photograph("06-mentioned")


async def test_compare_picks_offers_from_a_list(channel: Channel) -> None:
    await channel.estimate(
        "on=google/gemini-3.1-flash-lite examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"
    )
    await channel.press(channel.parents.first, "More options")
    await channel.page.get_by_role("menuitem", name="All offers").click()
    await channel.thread.get_by_role("button", name="Choose offers", exact=True).click()
    await channel.form.expect_open("Compare offers")
    offers = channel.form.dialog.get_by_role("combobox")
    options = channel.form.dialog.get_by_role("option")
    await expect(offers).to_be_focused()
    await offers.click()
    await expect(options.first).to_be_visible()
    await channel.photograph("07-compare")
    await offers.fill("nova 2 lite")
    await expect(options).to_have_text(["Amazon Nova 2 Lite (Bedrock)"])  # the menu asks the bot, which takes a moment
    await options.click()
    await offers.fill("llama 3.1 8b together")
    await expect(options).to_have_text(["Llama 3.1 8B (Together)"])
    await offers.press("Enter")
    await offers.press("Escape")
    await channel.form.press("Compare")
    await channel.form.expect_closed()
    await expect(channel.thread.last).to_contain_text("the offers compared")
    for offer in ("Amazon Nova 2 Lite (Bedrock)", "Llama 3.1 8B (Together)"):
        await expect(channel.thread.last).to_contain_text(offer)
    await channel.photograph("08-compared")


async def test_export_posts_a_file_in_the_thread(channel: Channel, tmp_path: Path) -> None:
    await channel.estimate(LINE)
    await channel.press(channel.parents.first, "More options")
    await channel.page.get_by_role("menuitem", name="Export").click()
    await channel.form.dialog.get_by_label("Every line (CSV)").check()
    await channel.form.press("Export")
    await channel.form.expect_closed()
    card = channel.thread.last.locator("a.file")
    await expect(card).to_contain_text(".csv")
    await expect(card).to_be_in_viewport(ratio=1)
    async with channel.page.expect_download() as download:
        await card.click()
    saved = tmp_path / "export.csv"
    await (await download.value).save_as(saved)
    with saved.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["offer"] == "your-rates"]
    assert [(row["label"], row["amount_usd"]) for row in rows] == [
        ("Training", "120"),
        ("Input tokens", "5400"),
        ("Output tokens", "7560"),
    ]
    await channel.photograph("09-exported")

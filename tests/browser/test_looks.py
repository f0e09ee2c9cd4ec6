"""How it looks: the README's picture, a dark screen, a narrow one."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel
from tests.conftest import Workspace

pytestmark = pytest.mark.asyncio(loop_scope="package")

OFFERS = (
    "openai/gpt-4.1-mini",
    "azure/gpt-4.1-mini@global",
    "google/gemini-3.1-flash-lite",
    "aws-bedrock/nova-2-lite",
    "together/llama-3.1-8b",
)
LINE = (
    f"on={','.join(OFFERS)} examples=10k example=250/150 epochs=3 calls=50k/day call=100/70 "
    'customer=existing name="support bot"'
)
README = {"viewport": {"width": 1400, "height": 900}}
DARK = {"color_scheme": "dark"}
NARROW = {"viewport": {"width": 1000, "height": 900}}

CUT_OFF = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.className)"


@pytest.mark.parametrize("channel", [README], indirect=True)
async def test_the_picture_of_the_readme(channel: Channel, playground: Workspace) -> None:
    """docs/screenshot.png is a copy of what this leaves in screenshots/00-readme.png."""
    slack = playground.slack
    await slack.say(
        "Would a small tuned model be cheaper for the support bot? It answers 50k calls a day.", user=slack.colleague
    )
    await slack.say("I have 10k examples, about 250 tokens in and 150 out. Let me ask.")
    await expect(channel.messages).to_have_count(2)
    await channel.estimate(LINE)
    await expect(channel.thread).to_have_count(5)
    # A typeface as wide as those of most desktops, where it is installed.
    await channel.page.evaluate(
        "document.documentElement.style.setProperty('--font', '\"Liberation Sans\", sans-serif')"
    )
    await channel.photograph("00-readme")


@pytest.mark.parametrize(
    ("channel", "name"), [(DARK, "17-dark"), (NARROW, "18-narrow")], ids=["dark", "narrow"], indirect=["channel"]
)
async def test_nothing_is_cut_off(channel: Channel, name: str) -> None:
    await channel.estimate(LINE)
    await expect(channel.thread).to_have_count(5)
    await channel.photograph(name)
    assert await channel.page.locator("html, #main, #thread, .scroller, .message").evaluate_all(CUT_OFF) == []
    if name == "17-dark":
        assert await channel.page.locator(".table-box").evaluate_all(CUT_OFF) == [], (
            "a table has to be scrolled sideways"
        )

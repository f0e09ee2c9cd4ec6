"""The page's appearance: the README's screenshot, dark, narrow, and charts."""

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
README_LINE = (
    "on=all examples=10k example=250/150 epochs=3 calls=50k/day call=300/150 prompt=1500->100 base=gpt-4.1-mini "
    'name="support bot"'
)
README = {"viewport": {"width": 1400, "height": 900}}
DARK = {"color_scheme": "dark"}
NARROW = {"viewport": {"width": 1000, "height": 900}}

RANGED = (
    "on=all examples=5k..20k example=200..300/150 epochs=3 calls=10k..90k/day call=100/70 cached=10%..60% "
    "base=gpt-4.1-mini prompt=2000->100"
)

CUT_OFF = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.className)"


@pytest.mark.parametrize("channel", [README], indirect=True)
async def test_screenshot_of_the_readme(channel: Channel, playground: Workspace) -> None:
    """docs/screenshot.png is a copy of screenshots/00-readme.png."""
    slack = playground.slack
    await slack.say(
        "Would tuning be cheaper for the support bot? We prompt GPT-4.1 mini, 50k calls a day.", user=slack.colleague
    )
    await slack.say("I have 10k chats of about 400 tokens, and the prompt has 1,500. Let me ask.")
    await expect(channel.messages).to_have_count(2)
    await channel.estimate(README_LINE)
    await expect(channel.thread).to_have_count(3)
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
    await expect(channel.thread).to_have_count(3)
    await channel.photograph(name)
    assert await channel.page.locator("html, #main, #thread, .scroller, .message").evaluate_all(CUT_OFF) == []
    if name == "17-dark":
        assert await channel.page.locator(".table-box").evaluate_all(CUT_OFF) == [], (
            "a table has to be scrolled sideways"
        )


# Names aslant are parallel lines: their gap is their distance along the axis, seen at that slant.
LABELS = """figure => {
  const svg = figure.querySelector("svg"), frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].filter(text => text.textContent);
  const box = text => text.getBoundingClientRect();
  const isAslant = text => text.matches("[transform*='rotate(-50)']");
  const outside = texts.map(text => [text, box(text)]).filter(([, { left, right, top, bottom }]) =>
    left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1);
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const level = texts.filter(text => !isAslant(text));
  const touching = level.filter((text, at) => level.slice(at + 1).some(other => meet(box(text), box(other))));
  const aslant = texts.filter(isAslant);
  const close = aslant.slice(1).filter((text, at) => {
    const gap = (text.getScreenCTM().e - aslant[at].getScreenCTM().e) * Math.sin(50 * Math.PI / 180);
    return gap < parseFloat(getComputedStyle(text).fontSize) * frame.width / svg.viewBox.baseVal.width;
  });
  return [...outside.map(([text]) => text), ...touching, ...close].map(text => text.textContent);
}"""


async def test_chart_labels_are_whole_and_apart(channel: Channel) -> None:
    """The chart of what moves the total, which How sure? posts. Its numbers are in the text alternative too."""
    await channel.estimate(RANGED)
    await channel.press(channel.parents.first, "How sure?")
    charts = channel.page.locator("#thread figure.chart")
    await expect(charts.first).to_be_visible()
    for at in range(await charts.count()):
        assert await charts.nth(at).evaluate(LABELS) == [], "labels touch each other or leave the picture"

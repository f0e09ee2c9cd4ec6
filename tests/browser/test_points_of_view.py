"""Seven people with a question, each from the first click to the answer, on a desktop and on a phone.

One bot and one page serve the whole module. The pictures are `screenshots/pov-*.png`, at 1400 and 390 pixels. What each
presses and types until the answer is the table of docs/slack.md.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, ViewportSize, expect

from pricing import Catalog
from tests import reused_databases
from tests.browser.channel import Channel, Effort, open_channel
from tests.browser.test_files import DROP
from tests.conftest import TODAY, Workspace, running_bot
from tests.local_slack import local_slack

pytestmark = pytest.mark.asyncio(loop_scope="package")

DESKTOP: ViewportSize = {"width": 1400, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
HIDDEN = """table => {
  const box = table.parentElement.getBoundingClientRect();
  return [...table.rows[0].cells].filter(cell => cell.getBoundingClientRect().right > box.right + 1)
    .map(cell => cell.textContent);
}"""
"""Returns the headers of the columns that lie to the right of a table's box."""
OVERFLOW = """() => [...document.querySelectorAll("#layout *")]
  .filter(node => node.offsetParent && node.getBoundingClientRect().right > innerWidth + 1)
  .filter(node => !node.closest(".table-box, .sidebar, pre"))
  .map(node => `${node.tagName}.${node.className}`)"""
"""Returns the elements that lie outside the page, apart from those in boxes that scroll sideways."""
QUESTION = "examples=10k example=600 calls=20k/day call=0/150 prompt=1500->100 base=gpt-4.1-mini"


@pytest.fixture(scope="module")
def module_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an SQLite file for the module."""
    with reused_databases.fresh_file(tmp_path_factory.mktemp("people") / "ftcost.sqlite3") as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def playground(catalog: Catalog, module_database: str) -> AsyncIterator[Workspace]:
    """Start one bot and its Slack for the module."""
    slack = local_slack(clock=TODAY.timestamp)
    await slack.start()
    try:
        async with running_bot(catalog, slack, module_database) as running:
            yield running
    finally:
        await slack.stop()
    assert slack.violations == [], "the bot sent what Slack refuses"


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def channel(browser: Browser, playground: Workspace) -> AsyncIterator[Channel]:
    """Open one page for the module."""
    async with open_channel(browser, playground.slack.base_url, TODAY, {"viewport": DESKTOP}) as channel:
        yield channel


async def photograph(channel: Channel, name: str, part: Locator | None = None) -> None:
    """Save the page at both widths, with a message in view, and return to the desktop."""
    for suffix, size in (("phone", PHONE), ("desktop", DESKTOP)):
        await channel.page.set_viewport_size(size)
        assert await channel.page.evaluate(OVERFLOW) == [], "nothing leaves the page at the right"
        if part is not None:
            await part.scroll_into_view_if_needed()
        await channel.photograph(f"pov-{name}-{suffix}")


async def general(channel: Channel) -> None:
    """Go to #general, without a thread."""
    await channel.page.keyboard.press("Escape")
    await channel.page.get_by_role("link", name="general").click()
    close = channel.page.get_by_role("button", name="Close thread")
    if await close.is_visible():
        await close.click()


async def test_admin_finds_home_and_sets_defaults(channel: Channel, playground: Workspace) -> None:
    """The first visit to Home explains the app; the defaults are menus."""
    await channel.effort()
    await channel.page.locator(f'[data-channel="{playground.slack.im}"]').click()
    await channel.page.get_by_role("tab", name="Home").click()
    home = channel.page.locator("#home")
    await expect(home).to_contain_text("Tell me about your project in a sentence")
    assert await channel.effort() == Effort(pressed=2, typed=0)
    await photograph(channel, "admin-home")
    await home.get_by_role("button", name="Defaults", exact=True).click()
    await channel.form.expect_open("Defaults")
    await expect(channel.form.field("days")).to_be_visible()
    assert await channel.form.dialog.get_by_role("combobox").count() >= 4
    await channel.page.keyboard.press("Escape")
    await channel.form.expect_closed()


async def test_lead_gets_an_answer_from_the_form(channel: Channel) -> None:
    await general(channel)
    await channel.effort()
    await channel.type("/ftcost")
    await channel.form.choose("base", "gpt 4.1 mini", "GPT-4.1 mini (OpenAI)")
    await channel.form.fill(calls="20,000", examples="10,000", example="600", prompt="1,500", call="150")
    await photograph(channel, "lead-form")
    await channel.form.press("Estimate")
    await channel.form.expect_closed()
    card = channel.parents.last
    await expect(card).to_contain_text("Prompting today")
    assert await channel.effort() == Effort(pressed=3, typed=7)
    await expect(channel.thread.last).to_contain_text("Assumptions")
    await photograph(channel, "lead-card", card)
    await channel.press(card, "Break-even")
    await expect(channel.thread.filter(has_text="Break-even against prompting")).to_have_count(1)


async def test_finance_follows_a_figure_to_its_source(channel: Channel) -> None:
    await general(channel)
    await channel.estimate(f"on=all {QUESTION}")
    card = channel.parents.last
    breakdown = channel.thread.nth(2)
    assert await breakdown.locator("table").evaluate(HIDDEN) == []
    await photograph(channel, "finance", breakdown)
    await channel.page.set_viewport_size(PHONE)
    assert set(await breakdown.locator("table").evaluate(HIDDEN)) <= {"Source, read"}, "the list below has it too"
    await channel.page.set_viewport_size(DESKTOP)
    await channel.effort()
    await channel.press(card, "Sources")
    sources = channel.thread.filter(has_text="the oldest first")
    await expect(sources.get_by_role("link").first).to_be_visible()
    await channel.press(card, "More options")
    await channel.page.get_by_role("menuitem", name="Export").click()
    await channel.form.press("Export")  # the memo is chosen already
    await channel.form.expect_closed()
    await expect(channel.thread.last.locator("a.file")).to_contain_text(".pdf")
    assert await channel.effort() == Effort(pressed=4, typed=0), "the sources, and the memo for the file"


async def test_engineer_drops_a_file(channel: Channel) -> None:
    chats = [
        {"messages": [{"role": "user", "content": f"Where is order {n}?"}, {"role": "assistant", "content": "Here."}]}
        for n in range(20)
    ]
    content = "\n".join([*map(json.dumps, chats), "no json"])
    await general(channel)
    await channel.estimate(f"on=openai,google {QUESTION} customer=existing")
    await channel.effort()
    await channel.page.evaluate(DROP, ["#thread .composer", "chats.jsonl", content])
    await channel.reply.press("Enter")
    report = channel.thread.filter(has_text="20 examples").first
    await expect(report).to_contain_text("1 problem")
    assert await channel.effort() == Effort(pressed=1, typed=0), "and one file dropped"
    await photograph(channel, "engineer-report", report)


async def test_infra_rents_gpus(channel: Channel) -> None:
    await general(channel)
    await channel.effort()
    await channel.type("/ftcost fit Qwen3 14B lora H100")
    await expect(channel.hints.last).to_contain_text("GiB")
    assert await channel.effort() == Effort(pressed=1, typed=1)
    await channel.type(f"/ftcost on=gpu model=qwen3-14b gpu=h100 method=lora {QUESTION}")
    card = channel.parents.last
    await expect(card).to_contain_text("H100")
    await expect(channel.thread.last).to_contain_text("Assumptions")
    await photograph(channel, "infra-card", card)


async def test_sentences_are_understood(channel: Channel, playground: Workspace) -> None:
    await general(channel)
    await channel.effort()
    await channel.type("@ftcost what would it cost to fine-tune llama 3.1 8b on 10k examples of 400 tokens?")
    await channel.parents.last.get_by_role("button", name="replies").click()
    answer = channel.thread.nth(1)
    await expect(answer).to_contain_text("Next:")
    assert await channel.effort() == Effort(pressed=2, typed=1)
    await photograph(channel, "words-mention", answer)
    await general(channel)
    await channel.type("/ftcost exmaples=10k on=gogle epochs=0 example=400")
    await expect(channel.hints.last).to_contain_text("epochs")
    await photograph(channel, "words-faults", channel.hints.last)
    await channel.page.locator(f'[data-channel="{playground.slack.im}"]').click()
    await channel.page.get_by_role("tab", name="Messages").click()
    await channel.type("hi")
    await expect(channel.messages.last.get_by_role("button", name="Try it")).to_have_count(3)


async def test_phone_reads_thread_and_chart(channel: Channel) -> None:
    await general(channel)
    await channel.type("/ftcost help")
    await expect(channel.hints.last.get_by_role("button", name="Try it")).to_have_count(5)
    await channel.effort()
    await channel.estimate(f"on=all {QUESTION} epochs=2..4")
    card = channel.parents.last
    await channel.press(card, "How sure?")
    chart = channel.page.locator("#thread figure.chart").last
    await expect(chart).to_be_visible()
    assert await channel.effort() == Effort(pressed=2, typed=1)
    await photograph(channel, "phone", chart)
    await channel.page.set_viewport_size(PHONE)
    comparison = channel.thread.nth(1).locator("table")
    assert set(await comparison.evaluate(HIDDEN)) <= {"Against today", "Pays back", "Class"}
    assert await chart.locator("svg").evaluate("svg => svg.getBoundingClientRect().right") <= PHONE["width"]
    await channel.page.set_viewport_size(DESKTOP)

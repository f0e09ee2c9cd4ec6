"""Training files on the page: dropped into a thread, attached in the form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.channel import Channel

pytestmark = pytest.mark.asyncio(loop_scope="package")

LINE = "on=openai,google,together examples=10k example=250/150 epochs=3 customer=existing"
DROP = """async ([selector, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const target = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def chats(count: int) -> str:
    """Return chats of 13 + n tokens, n = 1 to `count`, and an invalid line."""
    lines = [
        json.dumps({"messages": [{"role": "user", "content": " a" * n}, {"role": "assistant", "content": " a" * 2}]})
        for n in range(1, count + 1)
    ]
    return "\n".join([*lines, "no json"]) + "\n"


async def test_file_dropped_into_a_thread_is_counted_and_priced(channel: Channel) -> None:
    await channel.estimate(LINE)
    reply_count = await channel.thread.count()
    drop = channel.page.evaluate(DROP, ["#thread .composer", "train.jsonl", chats(40)])
    await drop
    await expect(channel.page.locator("#thread .attached")).to_contain_text("train.jsonl")
    await channel.photograph("30-file-attached")
    await channel.reply.press("Enter")
    await expect(channel.thread.nth(reply_count)).to_contain_text("train.jsonl")
    line = channel.thread.nth(reply_count + 1)
    await expect(line).to_contain_text("Reading train.jsonl")
    await expect(line.get_by_role("button", name="Stop reading the file")).to_be_visible()
    await channel.photograph("31-file-progress")
    # 40 × 13 + 40 × 41 / 2 = 1,340 tokens
    await expect(line).to_contain_text("40 examples, about 1,340 tokens, 1 problem")
    await line.get_by_role("button", name="Use in this estimate").click()
    await expect(channel.thread.last).to_contain_text("10k → 40")
    await expect(line.get_by_role("button", name="Stop reading the file")).to_have_count(0)
    await line.scroll_into_view_if_needed()
    await channel.photograph("32-file-counted")
    await channel.thread.last.scroll_into_view_if_needed()
    await channel.photograph("33-file-priced")


async def test_file_attached_in_the_form_is_counted(channel: Channel, tmp_path: Path) -> None:
    path = tmp_path / "form.jsonl"
    path.write_text(chats(12), encoding="utf-8")
    form = channel.form
    await channel.type("/ftcost")
    await form.expect_open("Should we fine-tune?")
    await form.choose("base", "nothing", "Nothing yet")
    await form.block("dataset").locator("input").set_input_files(path)
    await expect(form.block("dataset")).to_contain_text("form.jsonl · ")
    await form.press("More options")
    await expect(form.field("epochs")).to_be_focused()
    await expect(form.block("dataset")).to_contain_text("form.jsonl · ")
    await form.block("dataset").scroll_into_view_if_needed()
    await channel.photograph("34-file-in-form")
    await form.press("Estimate")
    await form.expect_closed()
    await expect(channel.parents.first).to_contain_text("12 examples, about 234 tokens, 1 problem")
    await expect(channel.thread.last).to_contain_text("Assumptions")
    await channel.photograph("35-file-form-answer")
    await channel.press(channel.thread.filter(has=channel.page.get_by_role("button", name="Change")).last, "Change")
    await form.expect_open("Change the estimate")
    await form.expect_values(examples="12", example="17.5/2")
    await channel.photograph("36-file-edit")

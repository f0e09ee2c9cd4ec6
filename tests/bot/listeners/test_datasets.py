"""Training files in Slack: from a form, a direct message, a thread; counted, priced, converted, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.slack.files import MAX_FILE_BYTES
from playground import FakeSlack, Payloads
from tests.bot import slack_actions
from tests.bot.listeners.dataset_files import RATES, TYPED, chats, message_with, priced
from tests.bot.message_text import figures, prefilled, texts
from tests.conftest import Workspace

Json = dict[str, Any]
COST = "$7.02"
"""234 tokens × 3 epochs = 702, at $10,000 per 1M."""


async def test_form_with_a_file_is_priced_by_its_content(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.full_form(slack)
    file = slack.attach("train.jsonl", chats())
    answers = RATES | {"base": "nothing", "examples": "10k", "example": "", "dataset": [file]}
    delivered = await slack.submit_view(view["id"], slack.fill(view, answers))
    assert delivered.errors == {}, "the fields that a file answers may be empty, and do not count"
    parent = await message_with(slack, "*train.jsonl*: 12 examples, 234 tokens, no problems found", slack.general)
    assert f"Your rate: {COST}" in texts(parent), "the answer stands in the channel"
    statistics, estimate, *_ = await priced(slack, slack.general, parent["ts"])
    assert figures(statistics) == {
        "Examples": "12",
        "Format": "openai-chat",
        "Tokens": "234",
        "Input / output": "210 / 24",
        "Tokens per example, p5 · median · p95": "14 · 19 · 25",
        "Longest example": "25",
    }
    assert "✓ *Azure, Fireworks, Mistral, OpenAI, Together*: The format is accepted as it is." in texts(statistics)
    assert "↻ *Google*: Needs conversion" in texts(statistics)
    assert "The bot keeps these counts only" in texts(statistics)
    assert figures(estimate)["Tuned, at your rates"] == f"{COST} once"
    form = await slack_actions.press(slack, estimate, "edit", "estimate_form")
    assert prefilled(form).items() >= {"examples": "12", "example": "17.5/2"}.items()


async def test_form_is_checked_beside_its_file_before_it_is_accepted(workspace: Workspace, slack: FakeSlack) -> None:
    view = await slack_actions.open_form(slack)
    file = slack.attach("train.jsonl", chats())
    delivered = await slack.submit_view(
        view["id"], slack.fill(view, {"base": "nothing", "prompt": "many", "dataset": [file]})
    )
    assert set(delivered.errors) == {"prompt"}
    large = {**slack.fill(view, {"base": "nothing", "dataset": [slack.attach("large.jsonl", b"x" * 10_000_001)]})}
    assert "10 MB" in (await slack.submit_view(view["id"], large)).errors["dataset"], "said by Slack itself"
    assert slack.messages() == []


async def test_file_in_a_direct_message(workspace: Workspace, slack: FakeSlack, database_path: Path) -> None:
    """What stands in the file is said in Slack where it is wrong, and kept nowhere."""
    file = slack.attach("train.jsonl", chats() + b'{"whisky": "tango"}\n')
    message = await slack.say(f"Here it is: {TYPED}", channel=slack.im, files=[file])
    assert (await slack.deliver_event(slack.events[0], retry_num=1)).ok, "delivered again, counted once"
    line, estimate, *rest = await priced(slack, slack.im, message["ts"])
    assert len(rest) == 1, "of the file one message, of the estimate the card and the breakdown"
    assert "*train.jsonl*: 12 examples, about 234 tokens" in texts(line), "a line isn't counted"
    assert "whisky" in texts(line)
    stored = b"".join(path.read_bytes() for path in database_path.parent.glob(f"{database_path.name}*"))
    assert b"train.jsonl" in stored
    assert b"whisky" not in stored
    assert "The bot keeps these counts only" in texts(line)
    assert figures(line)["Tokens"] == "about 234"
    assert figures(estimate)["Tuned, at your rates"] == f"{COST} once"
    assert [call.method for call in slack.calls].count("files.info") == 0


async def test_question_in_words_is_priced_with_the_file(workspace: Workspace, slack: FakeSlack) -> None:
    file = slack.attach("train.jsonl", chats())
    text = "should we fine-tune gpt-4.1-mini on this? we prompt gpt-4.1 for 20k calls a day of 300 in and 150 out"
    message = await slack.say(text, channel=slack.im, files=[file])
    _, card, *_ = await priced(slack, slack.im, message["ts"])
    assert "at 20k calls a day" in texts(card)
    form = await slack_actions.press(slack, card, "edit", "estimate_form")
    assert prefilled(form).items() >= {"examples": "12", "example": "17.5/2", "base": "gpt-4.1"}.items()


async def test_truncated_tokens_are_not_billed(workspace: Workspace, slack: FakeSlack) -> None:
    """Ten chats of 13 + n tokens, and one of 8 + 100,000 + 2 + 3 = 100,013: 185 + 65,536 = 65,721 tokens × 1 epoch at
    $5 per 1M are $0.328605, all 100,198 of them $0.50099. The lengths stay with the estimate until the tokens change.
    """
    long = {"messages": [{"role": "user", "content": " a" * 100_000}, {"role": "assistant", "content": " a" * 2}]}
    file = slack.attach("long.jsonl", chats(10) + json.dumps(long).encode())
    ask = "on=openai/gpt-4.1-mini customer=existing months=1"
    message = await slack.say(f"{ask} epochs=1", channel=slack.im, files=[file])
    statistics, estimate, *rest = await priced(slack, slack.im, message["ts"])
    assert "OpenAI*: The format is accepted as it is. 1 example is cut at 65,536 tokens: 65,721 of 100,198" in texts(
        statistics
    )
    assert "OpenAI trains on the first 65,536 and drops 34,477 from the end, where the answer is" in texts(statistics)
    assert figures(estimate)["Tuned GPT-4.1 mini"].startswith("$0.329 once")
    assert "65,721 of 100,198 tokens are trained on, 65.6%" in texts(rest[-1])
    for answers, usd, changed in (
        ({"epochs": "2"}, "$0.657", "epochs 1 → 2"),
        ({"epochs": "1", "example": "9109"}, "$0.501", "the lengths of the examples"),
    ):
        form = await slack_actions.press(slack, estimate, "edit", "estimate_form")
        assert (await slack.submit_view(form["id"], slack.fill(form, answers))).errors == {}
        change = await message_with(slack, changed, slack.im, message["ts"])
        assert usd in texts(change)


async def test_files_in_threads(workspace: Workspace, slack: FakeSlack) -> None:
    """In a thread of the bot's a button puts a file in place of the numbers; elsewhere a file is not read."""
    parent = await slack_actions.ask(slack, f"{TYPED} examples=100 example=10/5")
    other = await slack.say("unrelated")
    await slack.say("look", thread_ts=other["ts"], files=[slack.attach("other.jsonl", chats())])
    await slack.say("look", thread_ts=parent["ts"], files=[slack.attach("screen.png", b"\x89PNG")])
    await slack.say("", thread_ts=parent["ts"], files=[slack.attach("train.jsonl", chats())])
    line = await message_with(slack, f"Your rate: {COST}", slack.general, parent["ts"])
    await message_with(slack, "Contents of the file", slack.general, parent["ts"])
    await slack.click(line, "use_file")
    # 100 × 15 tokens × 3 = 4,500 at $10,000 per 1M = $45.00 before
    change = await slack_actions.change(slack, parent)
    assert "100 → 12" in texts(change)
    assert COST in texts(change)
    question = await slack.say(f"<@{slack.bot_user}> epochs=1", files=[slack.attach("mention.jsonl", chats(10))])
    line, *_ = await priced(slack, slack.general, question["ts"])
    # 10 × 13 + 55 = 185 tokens
    assert "*mention.jsonl*: 10 examples, 185 tokens" in texts(line)
    assert "png" not in str(slack.messages(slack.general, parent["ts"])[-3:])
    assert [m["user"] for m in slack.messages(slack.general, other["ts"])] == [slack.you]


async def test_file_alone_fills_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    """Two messages; the form gets the figures, and remembers the lengths and the platforms that refuse the file."""
    message = await slack.say("", channel=slack.im, files=[slack.attach("train.jsonl", chats())])
    await message_with(slack, "Contents of the file", slack.im, message["ts"])
    line, _ = [m for m in slack.messages(slack.im, message["ts"]) if m["user"] == slack.bot_user]
    await slack.click(line, "use_file")
    form = await slack_actions.opened(slack)
    assert prefilled(form).items() >= {"examples": "12", "example": "17.5/2"}.items()
    assert 'acceptance=\\"' in form["private_metadata"]
    answers = {"base": "nothing", "options": "only", "on": ["google/gemini-2.5-flash-lite"]}
    assert (await slack.submit_view(form["id"], slack.fill(form, answers))).errors == {}
    *_, breakdown = await priced(slack, slack.im, message["ts"])
    replies = [texts(m) for m in slack.messages(slack.im, message["ts"])]
    assert any("Google takes a converted copy of the training file" in reply for reply in replies), breakdown


async def test_menu_posts_a_converted_copy(workspace: Workspace, slack: FakeSlack) -> None:
    turns = [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "yes"}]
    content = json.dumps({"conversations": turns}) + "\n{\n"
    file = slack.attach("share.jsonl", content.encode())
    message = await slack.say("", channel=slack.im, files=[file])
    line = await message_with(slack, "*share.jsonl*: 1 example", slack.im, message["ts"])
    assert "convert_file" not in str(line["blocks"]), "a line without JSON can't be converted"
    file = slack.attach("share.jsonl", "".join(json.dumps({"conversations": turns}) + "\n" for _ in range(20)).encode())
    message = await slack.say("", channel=slack.im, files=[file])
    line = await message_with(slack, "*share.jsonl*: 20 examples", slack.im, message["ts"])
    assert (await slack.click(line, "convert_file", answer=f"google\t{file['id']}")).ok
    posted = await slack.wait_for(lambda: [m for m in slack.messages(slack.im, message["ts"])[1:] if m.get("files")])
    (copy,) = posted[0]["files"]
    assert copy["name"] == "share.google.jsonl"
    assert "*share.jsonl* for Google: 20 examples." in posted[0]["text"]
    contents = [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "yes"}]}]
    lines = slack.file_content(copy["id"]).decode().splitlines()
    assert [json.loads(line) for line in lines] == [{"contents": contents}] * 20
    await slack.click(line, "convert_file", answer=f"openai\t{file['id']}")
    await slack.wait_for(lambda: [m for m in slack.messages(slack.im, message["ts"]) if "for OpenAI" in m["text"]])


async def test_columns_of_a_table_are_asked(workspace: Workspace, slack: FakeSlack) -> None:
    """12 chats of 2 × 4 + 3 and 1 + 1 words: the number n is one token, “a” another."""
    content = "n;frage;antwort\n" + "".join(f"{n};{n};a\n" for n in range(12))
    message = await slack.say(TYPED, channel=slack.im, files=[slack.attach("table.csv", content.encode())])
    question = await message_with(slack, "Which is the question, which the answer?", slack.im, message["ts"])
    assert "“n”, “frage”, “antwort”" in texts(question)
    await slack.click(question, "choose_columns")
    view = await slack_actions.opened(slack, callback_id="columns_form")
    same = await slack.submit_view(view["id"], slack.fill(view, {"question": "n", "answer": "n"}))
    assert "another column" in same.errors["answer"]
    chosen = slack.fill(view, {"question": "frage", "answer": "antwort"})
    assert (await slack.submit_view(view["id"], chosen)).errors == {}
    line = await message_with(slack, "*table.csv*: 12 examples, about 156 tokens", slack.im, message["ts"])
    assert line["ts"] == question["ts"], "the question becomes the answer"
    assert "“frage” is read as the question, “antwort” as the answer" in texts(line)
    await priced(slack, slack.im, message["ts"])


async def test_problems_are_listed_by_line_and_complete_in_a_file(workspace: Workspace, slack: FakeSlack) -> None:
    content = chats() + b"{'role': 'user'}\n" * 24
    message = await slack.say("", channel=slack.im, files=[slack.attach("faulty.jsonl", content)])
    replies = await slack.wait_for(lambda: [m for m in slack.messages(slack.im, message["ts"]) if m.get("files")])
    (report,) = replies[0]["files"]
    lines = [json.loads(line) for line in slack.file_content(report["id"]).decode().splitlines()]
    assert [line["line"] for line in lines] == list(range(13, 37))
    faults = await message_with(slack, "bad json × 24", slack.im, message["ts"])
    listed = [line for line in texts(faults).splitlines() if line.startswith("• ")]
    assert len(listed) == 20
    assert listed[0].startswith("• line 13: The line uses single quotes")
    line, *rest = [m for m in slack.messages(slack.im, message["ts"]) if m["user"] == slack.bot_user]
    assert len(rest) == 2, "the line, the problems, and the file of all problems"
    first, second, *others = texts(line).splitlines()
    assert "24 problems" in first
    assert second.startswith("⚠ 24 faults make"), "the faults come before the price"
    assert second.endswith("refuse the file: fix them first.")
    assert "ccept" not in "".join(others), "the lines are at fault, and the format isn't"


async def test_unreadable_file_is_not_priced(workspace: Workspace, slack: FakeSlack) -> None:
    for name, content, why in (
        ("paper.pdf", b"%PDF-1.7 ...", "The file is a PDF"),
        ("huge.jsonl", b"{}", "larger than 500 MB"),
        ("lines.jsonl", b'{"a": 1}\n', "It contains no examples"),
    ):
        file = slack.attach(name, content)
        if name.startswith("huge"):
            slack.workspace.uploads[file["id"]].length = MAX_FILE_BYTES + 1
        message = await slack.say("", channel=slack.im, files=[file])
        await message_with(slack, why, slack.im, message["ts"])
        assert not [m for m in slack.messages(slack.im, message["ts"]) if "Breakdown" in m["text"]]


async def test_token_goes_to_slack_alone(workspace: Workspace, slack: FakeSlack) -> None:
    """An address elsewhere is not asked; and where Slack sends to its sign-in page, nobody follows."""
    event = Payloads(slack.workspace).message_event("message", await slack.say("", channel=slack.im))
    file = {"id": "F1", "name": "x.jsonl", "size": 5, "url_private_download": "https://files.slack.com.evil.test/x"}
    event["event"] |= {"subtype": "file_share", "files": [file]}
    assert (await slack.deliver_event(event)).ok
    await message_with(slack, "isn't one of Slack's", slack.im, event["event"]["ts"])
    slack.scopes.discard("files:read")
    message = await slack.say("", channel=slack.im, files=[slack.attach("train.jsonl", chats())])
    await message_with(slack, "*train.jsonl* wasn't counted", slack.im, message["ts"])


async def test_failed_download_is_retried(workspace: Workspace, slack: FakeSlack) -> None:
    slack.fail_next("download", status=503, times=2)
    message = await slack.say(TYPED, channel=slack.im, files=[slack.attach("train.jsonl", chats())])
    replies = await priced(slack, slack.im, message["ts"])
    assert "12 examples" in texts(replies[0])
    assert sum("train.jsonl" in texts(reply) for reply in replies) == 1, "one line, said anew"


async def test_file_in_a_channel_of_two_companies_is_counted(workspace: Workspace, slack: FakeSlack) -> None:
    """Slack sends nothing but the id of a file there."""
    slack.workspace.channels[slack.general].is_ext_shared = True
    question = await slack.say(f"<@{slack.bot_user}>", files=[slack.attach("two.jsonl", chats(2))])
    (progress, *_) = await slack.wait_for(
        lambda: [m for m in slack.messages(thread_ts=question["ts"]) if "2 examples" in m["text"]]
    )
    assert "two.jsonl" in progress["text"]

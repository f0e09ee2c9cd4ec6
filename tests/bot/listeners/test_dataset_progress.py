"""Training files while they are read: progress, cancelling, a crash, one at a time."""

from __future__ import annotations

import asyncio

from playground import FakeSlack, User
from tests.bot import slack_actions
from tests.bot.conftest import Start
from tests.bot.listeners.dataset_files import TYPED, chats, message_with, priced
from tests.bot.message_text import texts
from tests.conftest import Workspace


async def test_progress_updates_and_only_the_asker_cancels(workspace: Workspace, slack: FakeSlack) -> None:
    never = asyncio.Event()
    slack.delay_next("download", never)
    size = len(chats())
    view = await slack_actions.open_form(slack)
    file = slack.attach("train.jsonl", chats())
    assert (await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing", "dataset": [file]}))).errors == {}
    line = await message_with(slack, "Reading *train.jsonl*: 0 bytes", slack.general)
    await message_with(slack, f"{size // 2:,} bytes of {size / 1000:,.1f} kB fetched, 2 s", slack.general)
    await slack.click(line, "cancel_count", user=slack.colleague)
    await slack.wait_for(lambda: [m for m in slack.ephemerals(slack.colleague) if "can stop this" in m["text"]])
    assert (await slack.click(line, "cancel_count")).ok
    await message_with(slack, f"wasn't counted: <@{slack.you}> cancelled it", slack.general)
    assert slack.messages(slack.general, line["ts"]) == []
    never.set()


async def test_count_resumes_after_a_crash_and_any_process_cancels_it(start: Start, slack: FakeSlack) -> None:
    """The first process is killed while it reads; a second goes on, and hears of a cancel that a third was told."""
    gates = [asyncio.Event() for _ in range(3)]
    slack.delay_next("download", gates[0])
    async with start() as running:
        done = await slack.say(TYPED, channel=slack.im, files=[slack.attach("one.jsonl", chats())])
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    assert [texts(m).partition(":")[0] for m in slack.messages(slack.im, done["ts"])] == ["Reading *one.jsonl*"]
    async with start():
        replies = await priced(slack, slack.im, done["ts"])
        assert "12 examples" in texts(replies[0])
        assert sum("one.jsonl" in texts(reply) for reply in replies) == 1
        slack.delay_next("download", gates[1])
        question = await slack.say("", channel=slack.im, files=[slack.attach("two.jsonl", chats())])
        line = await message_with(slack, "Reading *two.jsonl*", slack.im, question["ts"])
        async with start():  # the press goes to this one
            assert (await slack.click(line, "cancel_count")).ok
            await message_with(slack, "cancelled it", slack.im, question["ts"])
    for gate in gates:
        gate.set()


async def test_workspace_counts_one_file_at_a_time(workspace: Workspace, slack: FakeSlack) -> None:
    """The others wait for it, whoever sent them; other work goes on beside."""
    gate = asyncio.Event()
    slack.delay_next("download", gate)
    slack.workspace.users["U0THIRD001"] = User("U0THIRD001", "sam", "Sam")
    slack.workspace.channels[slack.general].members.add("U0THIRD001")
    place = await slack.say("files")
    senders = (slack.you, slack.you, slack.colleague, "U0THIRD001")
    for number, user in enumerate(senders):
        files = [slack.attach(f"{number}.jsonl", chats(), user=user)]
        await slack.say(f"<@{slack.bot_user}> {TYPED}", user=user, thread_ts=place["ts"], files=files)

    def lines() -> list[str]:
        texts_of_bot = [texts(m) for m in slack.messages(slack.general, place["ts"]) if m["user"] == slack.bot_user]
        return [line for line in texts_of_bot if ".jsonl*" in line]

    await slack.wait_for(lambda: slack.waiting_calls)
    parent = await slack_actions.ask(slack, f"{TYPED} examples=100 example=10/5", channel=slack.random)
    assert parent
    assert [line.partition("*")[2][:7] for line in lines()] == ["0.jsonl"]
    gate.set()
    await slack.wait_for(lambda: [line for line in lines() if "12 examples" in line][3:])


async def test_summary_that_cannot_replace_the_progress_is_a_reply(start: Start, slack: FakeSlack) -> None:
    """The progress message was deleted, or may not be edited any more."""
    async with start():
        slack.fail_next("chat.update", "cant_update_message", times=5)
        await slack.say("", channel=slack.im, files=[slack.attach("two.jsonl", chats(2))])
        (question, *_) = slack.messages(slack.im)
        await slack.wait_for(
            lambda: any("2 examples" in m["text"] for m in slack.messages(slack.im, question["ts"])), timeout=30
        )

"""`@ftcost …` in a thread and outside of one."""

from __future__ import annotations

import asyncio

import pytest

from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import amounts, difference, figures, texts
from tests.bot.slack_actions import Json
from tests.conftest import Workspace


async def mention(slack: FakeSlack, text: str, *, thread: Json | None = None, user: str | None = None) -> Json:
    thread_ts = thread["ts"] if thread else None
    return await slack.say(f"<@{slack.bot_user}> {text}", thread_ts=thread_ts, user=user or slack.you)


def from_bot(slack: FakeSlack, parent: Json) -> list[Json]:
    """The bot's messages in a thread; what people wrote is left out."""
    return [m for m in slack.messages(parent["channel"], parent["ts"]) if m["user"] == slack.bot_user]


async def test_mention_in_a_thread_changes_the_estimate(workspace: Workspace, slack: FakeSlack) -> None:
    """Twice the calls: 24 × 1,080 = $25,920.00 beside $120.00, so $26,040.00: $12,960.00 more."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, "calls=100k/day", thread=parent)
    change = await slack_actions.change(slack, parent)
    assert difference(change) == [support_bot.OFFER, "$13,080", "$26,040", "+$12,960"]
    assert "$26,040 over 12 months" in change["text"]
    assert "Changed: calls 50k/day → 100k/day" in texts(change)


async def test_second_mention_builds_on_the_first(workspace: Workspace, slack: FakeSlack) -> None:
    """100k calls a day over 6 months: 120 + 6 × 2,160 = $13,080.00, which is $12,960.00 less than over 12."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, "calls=100k/day", thread=parent)
    await slack_actions.change(slack, parent)
    await mention(slack, "months=6", thread=parent, user=slack.colleague)
    change = await slack_actions.change(slack, parent, 2)
    assert difference(change) == [support_bot.OFFER, "$26,040", "$13,080", "−$12,960"]
    assert "over 6 months" in texts(change)
    assert f"<@{slack.colleague}>" in texts(change)


async def test_mention_before_the_previous_answer_builds_on_it(start: Start, slack: FakeSlack) -> None:
    """Slack takes its time with the first answer, as it does after many messages. Figures: see the test above."""
    answers = asyncio.Event()
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        slack.delay_next("chat.postMessage", answers)
        await mention(slack, "calls=100k/day", thread=parent)
        await slack.wait_for(lambda: slack.waiting_calls)
        await mention(slack, "months=6", thread=parent)
        answers.set()
    assert [difference(change) for change in from_bot(slack, parent)[1:]] == [
        [support_bot.OFFER, "$13,080", "$26,040", "+$12,960"],
        [support_bot.OFFER, "$26,040", "$13,080", "−$12,960"],
    ]


async def test_slacks_escapes_and_words_around_the_mention_are_undone(workspace: Workspace, slack: FakeSlack) -> None:
    """prompt=2000->100 makes a call 200 tokens long: 1.5M × 200 × $3 is $900 a month, 450 more; 12 × 450 = $5,400."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, "prompt=2000-&gt;100", thread=parent)
    change = await slack_actions.change(slack, parent)
    assert difference(change)[3] == "+$5,400"


async def test_complete_question_is_answered_in_a_new_thread(workspace: Workspace, slack: FakeSlack) -> None:
    question = await mention(slack, support_bot.LINE)
    await slack.wait_for(lambda: slack_actions.is_complete(slack, question))
    parent, breakdown = from_bot(slack, question)
    assert figures(parent) == support_bot.FIGURES
    assert amounts(breakdown) == support_bot.BREAKDOWN
    assert [m["ts"] for m in slack.messages()] == [question["ts"]]


async def test_complete_question_is_answered_in_an_existing_thread(workspace: Workspace, slack: FakeSlack) -> None:
    chat = await slack.say("What shall we train?", user=slack.colleague)
    await mention(slack, support_bot.LINE, thread=chat)
    await slack.wait_for(lambda: slack_actions.is_complete(slack, chat))
    assert figures(from_bot(slack, chat)[0]) == support_bot.FIGURES
    await mention(slack, "epochs=5", thread=chat)
    change = await slack_actions.change(slack, chat)
    assert difference(change)[3] == "+$80", "20M instead of 12M tokens at $10"


@pytest.mark.parametrize("sentence", ["what if we have 100k calls a day?", "what if the traffic doubles?"])
async def test_plain_english_in_a_thread_changes_the_estimate(
    workspace: Workspace, slack: FakeSlack, sentence: str
) -> None:
    """Twice the calls: 24 × 1,080 = $25,920.00 beside $120.00, so $26,040.00: $12,960.00 more."""
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, sentence, thread=parent)
    change = await slack_actions.change(slack, parent)
    assert difference(change) == [support_bot.OFFER, "$13,080", "$26,040", "+$12,960"]
    assert "Changed: calls 50k/day → 100k/day" in texts(change)


async def test_direct_message_is_answered_like_a_mention(workspace: Workspace, slack: FakeSlack) -> None:
    direct = slack.im
    question = await slack.say(support_bot.LINE, channel=direct)
    await slack.wait_for(lambda: slack_actions.is_complete(slack, question))
    assert figures(from_bot(slack, question)[0]) == support_bot.FIGURES
    changed = await slack.say("what if traffic doubles?", channel=direct)
    await slack.wait_for(lambda: slack_actions.is_complete(slack, changed))
    assert any(m["text"].startswith("From estimate `") for m in slack.messages(direct))
    assert figures(from_bot(slack, changed)[0]) == {support_bot.LABEL: "$120 once, $2,160 a month"}
    await slack.say("make it cheaper", channel=direct)
    reply = (await slack.wait_for(lambda: [m for m in slack.messages(direct) if "I didn't understand" in m["text"]]))[0]
    assert reply["user"] == slack.bot_user


async def hint(slack: FakeSlack) -> Json:
    """What only the asker sees."""
    notices = await slack.wait_for(slack.ephemerals)
    assert slack.ephemerals(slack.colleague) == []
    return notices[0]


async def test_change_without_an_estimate_names_the_missing_keys(workspace: Workspace, slack: FakeSlack) -> None:
    chat = await slack.say("What shall we train?", user=slack.colleague)
    await mention(slack, "epochs=5", thread=chat)
    answer = await hint(slack)
    assert "examples=10k" in answer["text"]
    assert answer["thread_ts"] == chat["ts"]
    assert from_bot(slack, chat) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("epochs=none", "epochs:"),
        ("epoch=5", "epochs"),
        ("on=openai/gpt-4.1-minni", "openai/gpt-4.1-mini"),
        ("", "epochs=5"),
        ("thanks!", "Tell me about your project in a sentence"),
        ("make it cheaper", "I didn't understand that"),
        ("10.000 examples", "10000"),
        ("what does openai charge for training gpt-4.1-mini", "$5.00"),
        ("help", "Any number can be a range"),
        ("models mixtral", "together/mixtral"),
        ("price openai/gpt-4.1-mini", "$5.00"),
    ],
)
async def test_typos_and_lookups_are_answered_privately(
    workspace: Workspace, slack: FakeSlack, text: str, says: str
) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, text, thread=parent)
    answer = await hint(slack)
    assert says in answer["text"]
    assert answer["thread_ts"] == parent["ts"]
    assert len(from_bot(slack, parent)) == 1, "nothing for all to see"


async def test_sentence_without_tokens_is_asked_for_them_first(workspace: Workspace, slack: FakeSlack) -> None:
    text = "should we tune a small model on 5000 tickets instead of prompting gpt-4o? 30k calls a day, 200 in 100 out"
    await mention(slack, text)
    (reply,) = await slack.wait_for(slack.ephemerals)
    assert "About how many tokens is one example?" in reply["text"]
    assert "run_reading" not in str(reply["blocks"]), "there is nothing to estimate yet"


async def test_the_estimate_survives_a_mention_that_was_refused(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, "epochs=none", thread=parent)
    await hint(slack)
    await mention(slack, "epochs=5", thread=parent)
    change = await slack_actions.change(slack, parent)
    assert difference(change)[3] == "+$80"


@pytest.mark.parametrize("odd", [None, "", ["U0YOU00001"], {"id": "U0YOU00001"}])
@pytest.mark.parametrize("name", ["user", "channel", "ts"])
async def test_mention_without_user_or_channel_is_ignored(
    start: Start, slack: FakeSlack, name: str, odd: object
) -> None:
    """Workflows post without a user: there is nobody to tell."""
    async with start():
        message = await slack.say("hello", user=slack.colleague)
        event = Payloads(slack.workspace).message_event("app_mention", message | {"text": f"<@{slack.bot_user}> help"})
        event["event"][name] = odd
        assert (await slack.deliver_event(event)).ok
    assert [call.method for call in slack.calls] == ["auth.test"]


async def deliver(slack: FakeSlack, message: Json, **event: object) -> None:
    """Deliver a mention of a message with an event id of its own, as Slack does after an edit."""
    payload = Payloads(slack.workspace).message_event("app_mention", message)
    assert (await slack.deliver_event(payload | {"event": payload["event"] | event})).ok


async def test_edited_mention_is_answered_once(start: Start, slack: FakeSlack) -> None:
    async with start():
        question = await mention(slack, support_bot.LINE)
        for number in range(2):
            await deliver(
                slack, question, text=question["text"] + " months=6", edited={"user": slack.you, "ts": f"{number}.1"}
            )
        await slack.wait_for(lambda: slack_actions.is_complete(slack, question))
    assert len(from_bot(slack, question)) == 2, "the card and one reply"


async def test_mention_that_an_edit_adds_is_answered(start: Start, slack: FakeSlack) -> None:
    async with start():
        question = await slack.say("how much?", user=slack.colleague)
        text = f"<@{slack.bot_user}> {support_bot.LINE}"
        await deliver(slack, question, text=text, edited={"user": slack.colleague, "ts": "2.1"})
        await slack.wait_for(lambda: slack_actions.is_complete(slack, question))


async def test_edit_of_a_week_old_mention_is_ignored(start: Start, slack: FakeSlack) -> None:
    """Whether it was answered then isn't known any more."""
    async with start():
        question = await slack.say("hello", user=slack.colleague)
        old = {"ts": "1763600000.000100", "edited": {"user": slack.you, "ts": "1763999999.1"}}
        await deliver(slack, question, text=f"<@{slack.bot_user}> {support_bot.LINE}", **old)
    assert [call.method for call in slack.calls] == ["auth.test"]


async def test_mention_by_another_bot_is_ignored(start: Start, slack: FakeSlack) -> None:
    """Two bots that answer each other's mentions would never stop."""
    async with start():
        question = await slack.say("hello", user=slack.colleague)
        await deliver(slack, question, text=f"<@{slack.bot_user}> help", bot_id="B0OTHER001", user="U0OTHERBOT")
    assert [call.method for call in slack.calls] == ["auth.test"]


FORMATTED = (
    "`epochs=5`",
    "```epochs=5```",
    "*epochs=5*",
    "_epochs=5_",
    "epochs=*5*",
    "&gt; epochs=5",
    "'epochs=5'",
    "“epochs=5”",
    "epochs=5.",
    "epochs=\u200b5",
    "\ufeffepochs=5\u2060",
    "• epochs=5",
    "/ftcost epochs=5",
    ", epochs=5",
)


@pytest.mark.parametrize("text", FORMATTED)
async def test_formatted_text_is_read(workspace: Workspace, slack: FakeSlack, text: str) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    await mention(slack, text, thread=parent)
    assert difference(await slack_actions.change(slack, parent))[3] == "+$80"

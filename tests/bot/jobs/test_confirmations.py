"""The question to the asker before implausible numbers are posted for everybody."""

from __future__ import annotations

import pytest

from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import buttons, texts
from tests.conftest import Workspace

OWN = "on=your-rates rates=10/3/6 epochs=3"


@pytest.mark.parametrize(
    ("line", "question"),
    [
        (f"{OWN} examples=9 example=400", "Did you mean 9 training examples?"),
        (f"{OWN} examples=1 example=400", "Did you mean 1 training example?"),
        (f"{OWN} examples=10k example=250150", "Did you mean 250,150 tokens in one example?"),
        (f"{OWN} examples=10k example=400 prompt=100->1500", "the prompt grows from 100 to 1,500 tokens after tuning?"),
        # 10M × 10,000 tokens × 3 epochs = 300,000M tokens at $10 per 1M
        (f"{OWN} examples=10M example=10k", "They come to $3,000,000."),
    ],
)
async def test_implausible_numbers_are_confirmed_before_posting(
    workspace: Workspace, slack: FakeSlack, line: str, question: str
) -> None:
    assert (await slack.command(line)).ok
    confirmation = await slack_actions.ephemeral(slack, "Did you mean")
    assert question in texts(confirmation)
    assert slack.messages() == [], "nobody else sees it"
    await slack.click(confirmation, "confirm_estimate")
    assert await slack_actions.answered(slack)


@pytest.mark.parametrize("line", [f"{OWN} examples=10 example=50k", f"{OWN} examples=1M example=400"])
async def test_plausible_numbers_are_posted_at_once(workspace: Workspace, slack: FakeSlack, line: str) -> None:
    await slack_actions.ask(slack, line)
    assert slack.ephemerals() == []


async def test_slip_can_be_changed_in_the_form(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command(f"{OWN} examples=5 example=400")
    confirmation = await slack_actions.ephemeral(slack, "Did you mean")
    assert buttons(confirmation) == ["confirm_estimate", "fix"]
    view = await slack_actions.press(slack, confirmation, "fix", "estimate_form")
    assert (await slack.submit_view(view["id"], slack.fill(view, {"base": "nothing", "examples": "5k"}))).errors == {}
    assert await slack_actions.answered(slack)


async def test_answer_for_the_asker_alone_needs_no_confirmation(workspace: Workspace, slack: FakeSlack) -> None:
    await slack.command(f"{OWN} examples=5 example=400 share=me")
    assert await slack_actions.answered(slack, slack.im)
    assert slack.messages() == []
    assert slack.ephemerals() == []
    assert "*Check:* Did you mean 5 training examples?" in str(slack.messages(slack.im)[0])


async def test_slip_in_a_thread_is_confirmed_too(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    count = len(slack.messages(thread_ts=parent["ts"]))
    await slack.say(f"<@{slack.bot_user}> examples=5", thread_ts=parent["ts"])
    confirmation = await slack_actions.ephemeral(slack, "Did you mean 5 training examples?")
    await slack.click(confirmation, "confirm_estimate")
    await slack_actions.change(slack, parent)
    await slack.say(f"<@{slack.bot_user}> epochs=5", thread_ts=parent["ts"])
    await slack_actions.change(slack, parent, 2)
    assert len(slack.ephemerals()) == 1, "what was confirmed isn't asked again"
    assert len(slack.messages(thread_ts=parent["ts"])) == count + 4

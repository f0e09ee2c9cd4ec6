"""What outlives the process, and who may see it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.store import new_estimate_id
from playground import FakeSlack, Payloads
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import column, estimate_id, prefilled
from tests.bot.slack_actions import Json
from tests.conftest import Workspace

OTHER_TEAM = "T0STRANGER"


async def test_an_estimate_survives_a_restart(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, f'{support_bot.LINE} name="support bot"')
    async with start():
        await slack.command("list")
        assert "support bot" in slack.ephemerals()[-1]["text"]
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
        assert prefilled(view) == support_bot.FIELDS | {"name": "support bot"}
        await slack.submit_view(view["id"], slack.fill(view, {"epochs": "5"}))
        change = await slack_actions.change(slack, parent)
        assert column(change) == {support_bot.OFFER: "+$80.00"}, "8M more tokens at $10"
        await slack.say(f"<@{slack.bot_user}> epochs=3", thread_ts=parent["ts"])
        await slack.wait_for(lambda: slack.messages(slack.general, parent["ts"])[4:])
    assert column(slack.messages(slack.general, parent["ts"])[-1]) == {support_bot.OFFER: "−$80.00"}


def test_ids_are_ten_letters_and_digits_that_nobody_guesses_or_mistakes() -> None:
    """28 signs, ten places: 28^10 is about 3 × 10^14, or 48 bits."""
    made = [new_estimate_id() for _ in range(2_000)]
    assert {len(one) for one in made} == {10}
    assert len(set(made)) == 2_000
    used = set("".join(made))
    assert len(used) >= 28
    assert not used & set("aeiou01lAEIOU"), "no words, nothing that looks like something else"


async def test_the_id_in_slack_is_the_one_that_show_takes(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, support_bot.LINE)
    assert len(estimate_id(parent)) == 10
    await slack.command(f"show `{estimate_id(parent)}`")
    assert "$13,080.00" in slack.ephemerals()[-1]["text"]


# --- workspaces -------------------------------------------------------------------------------------------------------


async def from_other_team(slack: FakeSlack, payload: Json) -> str:
    """A well-signed request that says it comes from another workspace; the body of its answer."""
    if "command" in payload:
        body = urlencode(payload | {"team_id": OTHER_TEAM})
    else:
        user = payload["user"] | {"team_id": OTHER_TEAM}
        body = urlencode(
            {"payload": json.dumps(payload | {"team": {"id": OTHER_TEAM, "domain": "other"}, "user": user})}
        )
    status, answer = await slack_actions.post_signed(slack.events_url, body, slack.signing_secret)
    assert status == 200
    return answer


async def test_another_workspace_does_not_see_the_list(workspace: Workspace, slack: FakeSlack) -> None:
    await slack_actions.ask(slack, f"{support_bot.LINE} name=secret")
    answer = await from_other_team(
        slack, Payloads(slack.workspace).command("/ftcost", "list", slack.you, slack.general)
    )
    assert "no estimates yet" in answer


async def test_another_workspace_cannot_show_an_id_that_it_knows(workspace: Workspace, slack: FakeSlack) -> None:
    parent = await slack_actions.ask(slack, f"{support_bot.LINE} name=secret")
    line = f"show {estimate_id(parent)}"
    answer = await from_other_team(slack, Payloads(slack.workspace).command("/ftcost", line, slack.you, slack.general))
    assert "There is no estimate" in answer
    assert "13,080" not in answer


@pytest.mark.parametrize("button", ["edit", "compare"])
async def test_another_workspace_cannot_open_an_id_that_it_knows(
    workspace: Workspace, slack: FakeSlack, button: str
) -> None:
    parent = await slack_actions.ask(slack, f"{support_bot.LINE} name=secret")
    action = {"type": "button", "action_id": button, "block_id": "b", "value": estimate_id(parent)}
    await from_other_team(slack, Payloads(slack.workspace).block_actions(parent, action, {}, slack.you, slack.general))
    (view,) = await slack.wait_for(lambda: [v for v in slack.views if v["title"]["text"] == "Not found"])
    assert "secret" not in json.dumps(view)


async def test_another_workspace_cannot_export_an_id_that_it_knows(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        action = {"type": "button", "action_id": "export", "block_id": "b", "value": estimate_id(parent)}
        await from_other_team(
            slack, Payloads(slack.workspace).block_actions(parent, action, {}, slack.you, slack.general)
        )
    assert slack.files == []
    assert "There is no estimate" in slack.ephemerals()[0]["text"]


async def test_another_workspaces_mention_does_not_find_the_threads_estimate(start: Start, slack: FakeSlack) -> None:
    async with start():
        parent = await slack_actions.ask(slack, support_bot.LINE)
        message = await slack.say("epochs=5", thread_ts=parent["ts"])
        event = Payloads(slack.workspace).message_event(
            "app_mention", message | {"text": f"<@{slack.bot_user}> epochs=5"}
        )
        await slack.deliver_event(event | {"team_id": OTHER_TEAM})
    assert len(slack.messages(slack.general, parent["ts"])) == 3, "two replies and the words of the person"
    assert "examples" in slack.ephemerals()[0]["text"]


async def test_a_form_with_another_workspaces_estimate_does_not_change_it(start: Start, slack: FakeSlack) -> None:
    """The form of an edit carries the id; sent from elsewhere it is a question of its own."""
    async with start():
        parent = await slack_actions.ask(slack, f"{support_bot.LINE} name=secret")
        view = await slack_actions.press(slack, parent, "edit", "estimate_form")
        state = slack.fill(view, {"name": "mine"})
        await from_other_team(slack, Payloads(slack.workspace).view_submission(view, state, slack.you, slack.general))
    assert "secret" not in json.dumps(slack.messages()[1:])
    assert len([m for m in slack.messages(slack.general, parent["ts"]) if "Changed" in m["text"]]) == 0


async def test_a_job_that_ends_the_process_each_time_is_given_up(
    start: Start, slack: FakeSlack, database_path: Path
) -> None:
    """Begun eight times and never finished: the next start tells the person instead of dying again."""
    never = asyncio.Event()
    async with start() as running:
        slack.delay_next("chat.postMessage", never)
        await slack.command(support_bot.LINE)
        await slack.wait_for(lambda: slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    with sqlite3.connect(database_path) as connection:
        assert connection.execute("SELECT attempts FROM inbox").fetchall() == [(1,)]
        connection.execute("UPDATE inbox SET attempts = 8")
    connection.close()
    async with start():
        pass
    assert slack.messages() == []
    assert "went wrong on our side" in slack.ephemerals()[0]["text"]
    never.set()

"""Whoever knows an id of another workspace's estimate learns nothing by it, by whatever way it is sent in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from playground import FakeSlack, Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.message_text import estimate_id
from tests.bot.slack_actions import Json
from tests.bot.two_workspaces import SIGNING_SECRET, Company, two_workspaces

SECRET = "project-nightingale"


@dataclass
class Spied:
    """Red's estimate, and blue, who knows all of its ids."""

    company: Company
    secret: Json
    """Red's parent message."""
    own: Json
    """Blue's."""

    @property
    def blue(self) -> FakeSlack:
        return self.company.blue

    @property
    def id(self) -> str:
        return estimate_id(self.secret)

    async def send(self, payload: Json) -> str:
        """An interaction of blue's, as Slack would sign it; what it is answered."""
        body = urlencode({"payload": json.dumps(payload)})
        status, answer = await slack_actions.post_signed(self.blue.events_url, body, SIGNING_SECRET)
        assert status == 200
        return answer

    def pressed(self, button: str, message: Json) -> Json:
        """A press with red's id under it."""
        action = {"type": "button", "action_id": button, "block_id": "b", "value": self.id}
        return Payloads(self.blue.workspace).block_actions(message, action, {}, self.blue.you, self.blue.general)

    def shown_to_blue(self) -> str:
        """Everything that was ever sent to blue's workspace."""
        files = [self.blue.file_content(file["id"]).decode() for file in self.blue.files]
        return json.dumps([[call.args, call.response] for call in self.blue.calls]) + "".join(files)


@pytest.fixture
async def spied(catalog: Catalog, database_url: str) -> AsyncIterator[Spied]:
    """Nothing of red's shows in blue's workspace when all is done, and nothing in red's changes."""
    async with two_workspaces(catalog, database_url) as company:
        for slack in (company.red, company.blue):
            await company.install(slack)
        secret = await slack_actions.ask(company.red, f"{support_bot.LINE} name={SECRET} months=7")
        own = await slack_actions.ask(company.blue, support_bot.LINE)
        before = len(company.red.calls)
        spied_workspace = Spied(company, secret, own)
        yield spied_workspace
        assert SECRET not in spied_workspace.shown_to_blue()
        assert [call.method for call in company.red.calls[before:]] == []
        assert SECRET in json.dumps(company.red.messages())


@pytest.mark.parametrize(
    "line",
    [
        "show {id}",
        "show `{id}`",
        "diff {id} {own}",
        "diff {own} {id}",
        "compare {own} {id}",
        "actual {id} 5 training",
        "watch {id}",
    ],
)
async def test_lookup_by_id_of_another_workspace(spied: Spied, line: str) -> None:
    text = line.format(id=spied.id, own=estimate_id(spied.own))
    assert (await spied.blue.command(text)).ok
    assert f"This workspace has no estimate “{spied.id}”" in spied.blue.ephemerals()[-1]["text"]
    await spied.blue.say(f"<@{spied.blue.bot_user}> {text}", thread_ts=spied.own["ts"])
    await spied.blue.wait_for(lambda: len(spied.blue.ephemerals()) == 2)
    assert f"no estimate “{spied.id}”" in spied.blue.ephemerals()[-1]["text"]


async def test_other_users_alert_cannot_be_ended(spied: Spied) -> None:
    await spied.company.red.command(f"watch {spied.id}")
    await spied.blue.command(f"unwatch {spied.id}")
    assert "isn't watched" in spied.blue.ephemerals()[-1]["text"]
    await spied.company.red.command("watch")
    assert spied.id in spied.company.red.ephemerals()[-1]["text"]


@pytest.mark.parametrize("button", ["budget_approve", "budget_decline"])
async def test_other_workspaces_request_cannot_be_decided(spied: Spied, button: str) -> None:
    await spied.send(spied.pressed(button, spied.own))
    (notice,) = await spied.blue.wait_for(spied.blue.ephemerals)
    assert notice["text"] == "This request no longer exists."


async def test_lookup_by_name_of_another_workspace(spied: Spied) -> None:
    await spied.blue.command(f"compare {SECRET} {estimate_id(spied.own)}")
    notice = spied.blue.ephemerals()[-1]["text"]
    assert "This workspace has no estimate" in notice
    spied.blue.workspace.calls.clear()  # the name as it was typed is no news


@pytest.mark.parametrize("button", ["edit", "compare", "recalibrate"])
async def test_form_button_of_another_workspace(spied: Spied, button: str) -> None:
    await spied.send(spied.pressed(button, spied.own))
    views = await spied.blue.wait_for(lambda: [v for v in spied.blue.views if v["title"]["text"] == "Not found"])
    assert "no longer exists" in json.dumps(views)


@pytest.mark.parametrize("button", ["export", "break_even", "sure", "sources"])
async def test_thread_button_of_another_workspace(spied: Spied, button: str) -> None:
    await spied.send(spied.pressed(button, spied.own))
    notice = await spied.blue.wait_for(spied.blue.ephemerals)
    assert f"Estimate `{spied.id}` no longer exists" in notice[0]["text"]
    assert spied.blue.files == []
    assert len(spied.blue.messages(thread_ts=spied.own["ts"])) == 1


def submission(spied: Spied, view: Json, answers: dict[str, Any], metadata: dict[str, str]) -> Json:
    state = spied.blue.fill(view, answers)
    forged = view | {"private_metadata": json.dumps(metadata)}
    return Payloads(spied.blue.workspace).view_submission(forged, state, spied.blue.you, spied.blue.general)


async def test_edit_of_a_foreign_estimate_is_a_new_estimate(spied: Spied) -> None:
    """The form's metadata names red's estimate and red's thread."""
    view = await slack_actions.full_form(spied.blue)
    metadata = {"edit_of": spied.id, "channel": spied.blue.general}
    assert await spied.send(submission(spied, view, support_bot.FIELDS, metadata)) == ""
    parent = await slack_actions.answered(spied.blue, known={spied.own["ts"]})
    assert "Changed" not in json.dumps(parent), "no difference to what red asked"


async def test_compare_with_a_foreign_estimate_is_refused(spied: Spied) -> None:
    offers = await slack_actions.all_offers(spied.blue, spied.own)
    view = await slack_actions.press(spied.blue, offers, "compare", "compare_form")
    metadata = {"edit_of": spied.id, "channel": spied.blue.general, "thread_ts": spied.secret["ts"]}
    answer = await spied.send(submission(spied, view, {"on": ["google/gemini-3.5-flash"]}, metadata))
    assert "no longer exists" in answer


@pytest.mark.parametrize("words", ["epochs=5", "breakeven", "compare", "breakeven base=gpt-4o-mini"])
async def test_mention_with_a_foreign_time_stamp(spied: Spied, words: str) -> None:
    """Channels are called the same in both workspaces."""
    message = await spied.blue.say("what about this?")
    event = Payloads(spied.blue.workspace).message_event(
        "app_mention",
        message | {"text": f"<@{spied.blue.bot_user}> {words}", "thread_ts": spied.secret["ts"]},
    )
    assert (await spied.blue.deliver_event(event)).ok
    notice = await spied.blue.wait_for(spied.blue.ephemerals)
    assert notice[0]["text"]


async def test_list_is_limited_to_the_workspace_of_the_user(spied: Spied) -> None:
    assert spied.company.red.you == spied.blue.you
    await spied.blue.command("list")
    assert estimate_id(spied.own) in spied.blue.ephemerals()[-1]["text"]
    assert spied.id not in spied.blue.ephemerals()[-1]["text"]


async def test_payload_of_no_known_workspace_exports_nothing(spied: Spied) -> None:
    payload = spied.pressed("export", spied.own)
    del payload["team"], payload["user"]["team_id"]
    await spied.send(payload)
    for team in ("", "T0RED' OR '1'='1", "t0red", "T0RED\0", "T" * 500):
        await spied.send(spied.pressed("export", spied.own) | {"team": {"id": team}})
    assert spied.blue.files == []


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "{}",
        "null",
        "[]",
        "x",
        "[" * 3_000,
        '{"edit_of": 1}',
        '{"other": "x"}',
        '{"channel": "../x"}',
        '{"thread_ts": "9\\n"}',
    ],
)
async def test_forged_metadata_posts_in_no_other_place(spied: Spied, metadata: str) -> None:
    view = await slack_actions.full_form(spied.blue)
    payload = submission(spied, view, support_bot.FIELDS, {})
    payload["view"]["private_metadata"] = metadata
    answer = await spied.send(payload)
    if metadata in ("", "{}"):
        assert answer == "", "no place is named: it is answered as a direct message"
    else:
        assert "errors" in answer
        assert "your input isn't lost" in answer
    assert spied.blue.messages() == [spied.own]

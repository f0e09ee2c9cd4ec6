"""The HTTP door: who is let in, health and readiness, and what people see when something of ours breaks."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from aiohttp.test_utils import TestServer

from bot.app import build_app
from bot.playground import FakeSlack
from bot.playground.payloads import Payloads
from bot.playground.world import Call
from bot.store import open_database
from pricing import Catalog
from tests.bot import deeds, support_bot
from tests.bot.conftest import Start
from tests.bot.reading import figures
from tests.conftest import Workspace


def command_body(slack: FakeSlack, text: str = support_bot.LINE) -> str:
    return urlencode(Payloads(slack.workspace).command("/ftcost", text, slack.you, slack.general))


def methods(calls: list[Call]) -> list[str]:
    return [call.method for call in calls]


# --- signatures ------------------------------------------------------------------------------------------------------


async def test_a_signed_request_is_served(start: Start, slack: FakeSlack) -> None:
    """The control of the tests below: the same body, well signed, is answered in the channel."""
    async with start():
        assert (await deeds.post_signed(slack.events_url, command_body(slack), slack.signing_secret))[0] == 200
    assert figures(slack.messages()[0]) == support_bot.FIGURES


async def test_a_wrong_signature_is_refused_and_does_nothing(start: Start, slack: FakeSlack) -> None:
    async with start():
        assert (await deeds.post_signed(slack.events_url, command_body(slack), "another secret"))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_signature_of_another_time_is_refused_and_does_nothing(start: Start, slack: FakeSlack, minutes: int) -> None:
    async with start():
        at = time.time() + 60 * minutes
        assert (await deeds.post_signed(slack.events_url, command_body(slack), slack.signing_secret, at=at))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_an_unsigned_request_is_refused_and_does_nothing(start: Start, slack: FakeSlack) -> None:
    async with start():
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await deeds.post(slack.events_url, command_body(slack), headers))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_a_body_that_was_changed_on_its_way_is_refused(start: Start, slack: FakeSlack) -> None:
    async with start():
        headers = deeds.signature("text=help", slack.signing_secret) | {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await deeds.post(slack.events_url, command_body(slack), headers))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_a_body_of_megabytes_is_refused_and_the_next_request_is_served(start: Start, slack: FakeSlack) -> None:
    async with start():
        body = urlencode({"text": "x" * 3_000_000})
        assert (await deeds.post_signed(slack.events_url, body, slack.signing_secret))[0] == 413
        assert figures(await deeds.ask(slack, support_bot.LINE)) == support_bot.FIGURES


@pytest.mark.parametrize("body", ["", "payload=", "payload=%7B", "payload=[]", "{}", "[]", "command=%2Fother&text=help", "\x00\xff"])
async def test_nonsense_never_ends_in_a_server_error(workspace: Workspace, slack: FakeSlack, body: str) -> None:
    for secret in (slack.signing_secret, "a stranger's"):
        for is_json in (False, True):
            status, _ = await deeds.post_signed(slack.events_url, body, secret, json=is_json)
            assert status < 500
            assert status in (400, 401) or secret == slack.signing_secret
    assert (await slack.command("help")).ok


# --- health ----------------------------------------------------------------------------------------------------------


async def test_a_healthy_bot_says_so(workspace: Workspace) -> None:
    assert await deeds.get_json(f"{workspace.url}/healthz") == (200, {"ok": True})
    assert await deeds.get_json(f"{workspace.url}/readyz") == (200, {"ok": True})


async def test_slack_that_refuses_the_token_makes_the_bot_unready_until_it_is_accepted(start: Start, slack: FakeSlack) -> None:
    """Asked at the start, by the first /readyz and by the command: three failures. Bolt alone would say “please reinstall”."""
    slack.fail_next("auth.test", "invalid_auth", times=3)
    async with start() as running:
        status, said = await deeds.get_json(f"{running.url}/readyz")
        assert status == 503
        assert not said["ok"]
        assert "invalid_auth" in said["slack"]
        assert "SLACK_BOT_TOKEN" in said["slack"]
        assert (await deeds.get_json(f"{running.url}/healthz"))[0] == 200, "the process itself is well"
        assert (await slack.command(support_bot.LINE)).ok
        (told,) = slack.ephemerals()
        assert "cannot reach Slack" in told["text"]
        assert "install" not in told["text"].lower()
        assert await deeds.get_json(f"{running.url}/readyz") == (200, {"ok": True})
        assert figures(await deeds.ask(slack, support_bot.LINE)) == support_bot.FIGURES


async def test_a_database_that_does_not_answer_makes_the_bot_unready(catalog: Catalog, slack: FakeSlack, tmp_path: Path) -> None:
    path = tmp_path / "gone.sqlite3"
    database = await open_database(f"sqlite:///{path}")
    async with (
        build_app(catalog, database, bot_token=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url) as app,
        TestServer(app.web) as server,
    ):
        address = str(server.make_url("/readyz"))
        assert await deeds.get_json(address) == (200, {"ok": True})
        await database.close()
        path.unlink()
        path.mkdir()
        status, said = await deeds.get_json(address)
    assert (status, said["ok"]) == (503, False)
    assert str(path) not in said["database"], "no details for strangers"


# --- our own faults ----------------------------------------------------------------------------------------------------


def break_table(path: Path, table: str) -> None:
    """Take a table away under the running bot, so that everything that needs it raises."""
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    connection.close()


def mend_table(path: Path, table: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
    connection.close()


def code_in(text: str) -> str:
    """The code of an apology: E- and six characters."""
    return text[text.index("E-") :][:8]


async def test_a_command_that_fails_gets_a_sentence_with_the_code_of_the_log(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    break_table(database_path, "inbox")
    delivered = await slack.command(support_bot.LINE)
    assert delivered.ok
    (told,) = slack.ephemerals()
    assert "went wrong on our side" in told["text"]
    assert code_in(told["text"]) in caplog.text
    assert "OperationalError" in caplog.text
    assert "inbox" not in told["text"], "the details are for the log"
    mend_table(database_path, "inbox")
    assert figures(await deeds.ask(slack, support_bot.LINE)) == support_bot.FIGURES


async def test_a_form_that_fails_stays_open_and_says_the_code(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    view = await deeds.full_form(slack)
    answers = slack.fill(view, support_bot.FIELDS)
    break_table(database_path, "inbox")
    delivered = await slack.submit_view(view["id"], answers)
    assert delivered.ok
    (said,) = delivered.errors.values()
    assert code_in(said) in caplog.text
    mend_table(database_path, "inbox")
    assert (await slack.submit_view(view["id"], answers)).errors == {}
    assert figures(await deeds.answered(slack)) == support_bot.FIGURES


async def test_a_mention_that_could_not_be_written_down_is_not_lost(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack delivers an event again unless it was answered with 200; a 200 for lost work must tell the person."""
    break_table(database_path, "inbox")
    await slack.say(f"<@{slack.bot_user}> help")
    assert not slack.deliveries[-1].ok or slack.ephemerals()
    assert "OperationalError" in caplog.text


async def test_a_button_that_fails_tells_the_person(
    start: Start, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        parent = await deeds.ask(slack, support_bot.LINE)
    async with start():
        break_table(database_path, "inbox")
        assert (await slack.click(parent, "export")).ok
    (told,) = slack.ephemerals()
    assert code_in(told["text"]) in caplog.text


async def test_an_edit_form_that_cannot_be_filled_says_so(
    workspace: Workspace, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    parent = await deeds.ask(slack, support_bot.LINE)
    break_table(database_path, "estimates")
    await slack.click(parent, "edit")
    (view,) = await slack.wait_for(lambda: [v for v in slack.views if v["title"]["text"] == "Sorry"])
    assert "went wrong on our side" in view["blocks"][0]["text"]["text"]
    assert "OperationalError" in caplog.text


async def test_work_that_fails_after_it_was_accepted_tells_the_asker_once(
    start: Start, slack: FakeSlack, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        break_table(database_path, "estimates")
        assert (await slack.command(support_bot.LINE)).ok
        told = await slack.wait_for(slack.ephemerals)
        assert code_in(told[0]["text"]) in caplog.text
        mend_table(database_path, "estimates")
    async with start():
        pass
    assert len(slack.ephemerals()) == 1
    assert slack.messages() == []

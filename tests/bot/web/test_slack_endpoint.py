"""The HTTP door: who is let in, health and readiness."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.app import build_app
from bot.config import Config
from bot.store import open_database
from playground import FakeSlack
from playground.payloads import Payloads
from playground.world import Call
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import figures
from tests.conftest import Workspace


def command_body(slack: FakeSlack, text: str = support_bot.LINE) -> str:
    return urlencode(Payloads(slack.workspace).command("/ftcost", text, slack.you, slack.general))


def methods(calls: list[Call]) -> list[str]:
    return [call.method for call in calls]


# --- signatures -------------------------------------------------------------------------------------------------------


async def test_a_signed_request_is_served(start: Start, slack: FakeSlack) -> None:
    """The control of the tests below: the same body, well signed, is answered in the channel."""
    async with start():
        assert (await slack_actions.post_signed(slack.events_url, command_body(slack), slack.signing_secret))[0] == 200
    assert figures(slack.messages()[0]) == support_bot.FIGURES


async def test_a_wrong_signature_is_refused_and_does_nothing(start: Start, slack: FakeSlack) -> None:
    async with start():
        assert (await slack_actions.post_signed(slack.events_url, command_body(slack), "another secret"))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_signature_of_another_time_is_refused_and_does_nothing(
    start: Start, slack: FakeSlack, minutes: int
) -> None:
    async with start():
        at = time.time() + 60 * minutes
        assert (await slack_actions.post_signed(slack.events_url, command_body(slack), slack.signing_secret, at=at))[
            0
        ] == 401
    assert methods(slack.calls) == ["auth.test"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "yesterday", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": ""},
    ],
)
async def test_an_unsigned_request_is_refused_and_does_nothing(
    start: Start, slack: FakeSlack, headers: dict[str, str]
) -> None:
    async with start():
        headers = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await slack_actions.post(slack.events_url, command_body(slack), headers))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_a_body_that_was_changed_on_its_way_is_refused(start: Start, slack: FakeSlack) -> None:
    async with start():
        headers = slack_actions.signature("text=help", slack.signing_secret) | {
            "Content-Type": "application/x-www-form-urlencoded"
        }
        assert (await slack_actions.post(slack.events_url, command_body(slack), headers))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_a_body_of_megabytes_is_refused_and_the_next_request_is_served(start: Start, slack: FakeSlack) -> None:
    async with start():
        body = urlencode({"text": "x" * 3_000_000})
        assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 413
        assert figures(await slack_actions.ask(slack, support_bot.LINE)) == support_bot.FIGURES


async def test_a_body_that_breaks_off_is_no_error_of_ours(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(workspace.url).port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\npayload=")
    writer.write_eof()
    await reader.read()
    writer.close()
    async with ClientSession() as session, session.get(f"{workspace.url}/metrics") as metrics:
        assert 'ftcost_requests_total{kind="unknown",outcome="refused"} 1.0' in await metrics.text()
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "body", ["", "payload=", "payload=%7B", "payload=[]", "{}", "[]", "command=%2Fother&text=help", "\x00\xff"]
)
async def test_nonsense_never_ends_in_a_server_error(workspace: Workspace, slack: FakeSlack, body: str) -> None:
    for secret in (slack.signing_secret, "a stranger's"):
        for is_json in (False, True):
            status, _ = await slack_actions.post_signed(slack.events_url, body, secret, json=is_json)
            assert status < 500
            assert status in (400, 401) or secret == slack.signing_secret
    assert (await slack.command("help")).ok


# --- health -----------------------------------------------------------------------------------------------------------


async def test_a_healthy_bot_says_so(workspace: Workspace) -> None:
    assert await slack_actions.get_json(f"{workspace.url}/healthz") == (200, {"ok": True})
    assert await slack_actions.get_json(f"{workspace.url}/readyz") == (200, {"ok": True})


async def test_slack_that_refuses_the_token_makes_the_bot_unready_until_it_is_accepted(
    start: Start, slack: FakeSlack
) -> None:
    """Asked at the start, by /readyz and by each command: four failures. Bolt alone would say “please reinstall”."""
    slack.fail_next("auth.test", "invalid_auth", times=4)
    async with start() as running:
        status, said = await slack_actions.get_json(f"{running.url}/readyz")
        assert status == 503
        assert not said["ok"]
        assert "invalid_auth" in said["slack"]
        assert "SLACK_BOT_TOKEN" in said["slack"]
        assert (await slack_actions.get_json(f"{running.url}/healthz"))[0] == 200, "the process itself is well"
        for text in (support_bot.LINE, ""):
            assert (await slack.command(text)).ok
            told = slack.ephemerals()[-1]["text"]
            assert "can't reach Slack" in told
            assert "install" not in told.lower()
        assert len(slack.ephemerals()) == 2
        assert await slack_actions.get_json(f"{running.url}/readyz") == (200, {"ok": True})
        assert figures(await slack_actions.ask(slack, support_bot.LINE)) == support_bot.FIGURES
    assert methods(slack.calls).count("auth.test") == 5, "once it is known it is not asked again"


async def test_a_database_that_does_not_answer_makes_the_bot_unready(
    catalog: Catalog, slack: FakeSlack, tmp_path: Path
) -> None:
    path = tmp_path / "gone.sqlite3"
    database = await open_database(f"sqlite:///{path}")
    config = Config(access=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url)
    async with (
        build_app(config, catalog, database) as app,
        TestServer(app.web) as server,
    ):
        address = str(server.make_url("/readyz"))
        assert await slack_actions.get_json(address) == (200, {"ok": True})
        await database.close()
        path.unlink()
        path.mkdir()
        status, said = await slack_actions.get_json(address)
    assert (status, said["ok"]) == (503, False)
    assert str(path) not in said["database"], "no details for strangers"

"""The HTTP endpoint for Slack: signatures, limits, health and readiness."""

from __future__ import annotations

import asyncio
import json
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
from playground import ApiCall, FakeSlack, Payloads
from pricing import Catalog
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.message_text import figures
from tests.conftest import Workspace


def command_body(slack: FakeSlack, text: str = support_bot.LINE) -> str:
    return urlencode(Payloads(slack.workspace).command("/ftcost", text, slack.you, slack.general))


def methods(calls: list[ApiCall]) -> list[str]:
    return [call.method for call in calls]


# --- signatures -------------------------------------------------------------------------------------------------------


async def test_signed_request_is_served(start: Start, slack: FakeSlack) -> None:
    """Control for the tests below: the same body with a valid signature is answered in the channel."""
    async with start():
        assert (await slack_actions.post_signed(slack.events_url, command_body(slack), slack.signing_secret))[0] == 200
    assert figures(slack.messages()[0]) == support_bot.FIGURES


async def test_command_may_contain_the_word_payload(start: Start, slack: FakeSlack) -> None:
    async with start():
        assert (await slack.command(f"{support_bot.LINE} name=payload")).ok
        assert figures(await slack_actions.answered(slack)) == support_bot.FIGURES


async def test_wrong_signature_is_refused(start: Start, slack: FakeSlack) -> None:
    async with start():
        assert (await slack_actions.post_signed(slack.events_url, command_body(slack), "another secret"))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_signature_of_another_time_is_refused(start: Start, slack: FakeSlack, minutes: int) -> None:
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
async def test_unsigned_request_is_refused(start: Start, slack: FakeSlack, headers: dict[str, str]) -> None:
    async with start():
        headers = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await slack_actions.post(slack.events_url, command_body(slack), headers))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_altered_body_is_refused(start: Start, slack: FakeSlack) -> None:
    async with start():
        headers = slack_actions.signature("text=help", slack.signing_secret) | {
            "Content-Type": "application/x-www-form-urlencoded"
        }
        assert (await slack_actions.post(slack.events_url, command_body(slack), headers))[0] == 401
    assert methods(slack.calls) == ["auth.test"]


async def test_large_body_is_refused_and_the_next_request_served(start: Start, slack: FakeSlack) -> None:
    async with start():
        body = urlencode({"text": "x" * 3_000_000})
        assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 413
        assert figures(await slack_actions.ask(slack, support_bot.LINE)) == support_bot.FIGURES


async def test_incomplete_body_is_counted_as_refused(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(workspace.url).port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\npayload=")
    writer.write_eof()
    await reader.read()
    writer.close()
    async with ClientSession() as session, session.get(f"{workspace.url}/metrics") as metrics:
        assert 'ftcost_requests_total{kind="unknown",outcome="refused"} 1.0' in await metrics.text()
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "payload=",
        "payload=%7B",
        "payload=[]",
        "{}",
        "[]",
        "command=%2Fother&text=help",
        "\x00\xff",
        'payload={"type":"block_actions","actions":null}',
        'payload={"type":"block_actions","actions":[{"action_id":"edit"}]}',
        'payload={"type":"view_submission","view":{"callback_id":"budget_form"}}',
        'payload={"type":[]}',
    ],
)
async def test_malformed_body_is_never_a_server_error(workspace: Workspace, slack: FakeSlack, body: str) -> None:
    for secret in (slack.signing_secret, "another secret"):
        for is_json in (False, True):
            status, _ = await slack_actions.post_signed(slack.events_url, body, secret, json=is_json)
            assert status < 500
            assert status in (400, 401) or secret == slack.signing_secret
    assert (await slack.command("help")).ok


async def test_notices_of_slack_itself_are_acknowledged(
    workspace: Workspace, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack reports that it holds back events, and checks the certificate without a signature."""
    limited = {"token": "t", "type": "app_rate_limited", "team_id": "T0LIMITED1", "minute_rate_limited": 1518467820}
    status, _ = await slack_actions.post_signed(slack.events_url, json.dumps(limited), slack.signing_secret, json=True)
    assert status == 200
    assert "T0LIMITED1" in caplog.text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await slack_actions.post(slack.events_url, "ssl_check=1&token=t", form))[0] == 200
    command = command_body(slack) + "&ssl_check=1"
    assert (await slack_actions.post(slack.events_url, command, form))[0] == 401, "a command needs a signature"


# --- health -----------------------------------------------------------------------------------------------------------


async def test_healthy_bot_is_ready(workspace: Workspace) -> None:
    assert await slack_actions.get_json(f"{workspace.url}/healthz") == (200, {"ok": True})
    assert await slack_actions.get_json(f"{workspace.url}/readyz") == (200, {"ok": True})


async def test_refused_token_makes_the_bot_unready(start: Start, slack: FakeSlack) -> None:
    """The start, /readyz and two commands ask Slack: four failures. Bolt's default text says “please reinstall”."""
    slack.fail_next("auth.test", "invalid_auth", times=4)
    async with start() as running:
        status, body = await slack_actions.get_json(f"{running.url}/readyz")
        assert status == 503
        assert not body["ok"]
        assert "invalid_auth" in body["slack"]
        assert "SLACK_BOT_TOKEN" in body["slack"]
        assert (await slack_actions.get_json(f"{running.url}/healthz"))[0] == 200, "the process itself is healthy"
        for text in (support_bot.LINE, ""):
            assert (await slack.command(text)).ok
            text_shown = slack.ephemerals()[-1]["text"]
            assert "can't reach Slack" in text_shown
            assert "install" not in text_shown.lower()
        assert len(slack.ephemerals()) == 2
        assert await slack_actions.get_json(f"{running.url}/readyz") == (200, {"ok": True})
        assert figures(await slack_actions.ask(slack, support_bot.LINE)) == support_bot.FIGURES
    assert methods(slack.calls).count("auth.test") == 5, "a known workspace isn't looked up again"


async def test_silent_database_makes_the_bot_unready(catalog: Catalog, slack: FakeSlack, tmp_path: Path) -> None:
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
        status, body = await slack_actions.get_json(address)
    assert (status, body["ok"]) == (503, False)
    assert str(path) not in body["database"], "no details for strangers"

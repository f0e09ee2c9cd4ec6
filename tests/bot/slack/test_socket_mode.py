"""`python -m bot` with an app-level token: a command comes in over a WebSocket and is answered over it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bot.slack.connections import LASTING_S, ConnectionPace
from playground import FakeSlack
from tests.bot import slack_actions
from tests.bot.cli.test_serve import environment
from tests.conftest import busy_clock
from tests.local_slack import local_slack


class Socket:
    """The WebSocket end of Slack: hands out its address, sends envelopes, keeps the answers."""

    def __init__(self) -> None:
        self.url = ""
        self.connections: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def open(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer xapp-socket"
        return web.json_response({"ok": True, "url": self.url})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.connections.put_nowait(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT and message.data.startswith("{"):
                self.answers.put_nowait(message.json())
        return socket

    async def connected(self) -> web.WebSocketResponse:
        """The next connection that the bot makes."""
        return await asyncio.wait_for(self.connections.get(), 30)

    async def send(self, connection: web.WebSocketResponse, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """One envelope, and the answer to it."""
        await connection.send_json(
            {"envelope_id": "e-1", "type": kind, "accepts_response_payload": True, "payload": payload}
        )
        answer = await asyncio.wait_for(self.answers.get(), 30)
        assert answer["envelope_id"] == "e-1"
        return answer.get("payload") or {}


@pytest.fixture
async def socket() -> Socket:
    return Socket()


@pytest.fixture
async def workspace_with_socket(socket: Socket) -> AsyncIterator[FakeSlack]:
    """The strict Slack, and beside its Web API the two routes that Socket Mode needs."""
    slack = local_slack(bot_token="xoxb-socket", clock=busy_clock)
    app = web.Application()
    app.router.add_post("/api/apps.connections.open", socket.open)
    app.router.add_get("/socket", socket.serve)
    slack.add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    socket.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/socket"
    yield slack
    await runner.cleanup()


@asynccontextmanager
async def running(slack: FakeSlack, folder: Path) -> AsyncIterator[str]:
    """`python -m bot` as a process of its own; where its health is. In the end it stops as it should."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env=environment(
            folder,
            SLACK_BOT_TOKEN="xoxb-socket",
            SLACK_APP_TOKEN="xapp-socket",
            SLACK_API_URL=slack.api_url,
            FTCOST_PORT="0",
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert line.startswith("Serving Slack over Socket Mode."), line
        yield line.split("Health at ")[1].split("/healthz")[0]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, errors.decode()


QUESTION = "on=your-rates rates=10/3/6 examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"


def command(slack: FakeSlack, text: str, trigger: str) -> dict[str, Any]:
    where = {"team_id": "T0PLAYGRND", "user_id": slack.you, "channel_id": slack.general}
    return {"command": "/ftcost", "text": text, "trigger_id": trigger, **where}


async def test_command_over_socket_mode_is_answered(
    workspace_with_socket: FakeSlack, socket: Socket, tmp_path: Path
) -> None:
    """50,000 × 365 / 12 calls × (100 × $3 + 70 × $6) per 1M tokens = $1,095 a month; 120 + 12 × 1,095 = $13,260."""
    slack = workspace_with_socket
    async with running(slack, tmp_path) as health:
        connection = await socket.connected()
        assert await slack_actions.get_json(f"{health}/readyz") == (200, {"ok": True})
        helped = await socket.send(connection, "slash_commands", command(slack, "help", "1.1.a"))
        assert "examples=10k" in helped["text"]
        accepted = await socket.send(connection, "slash_commands", command(slack, QUESTION, "1.2.b"))
        assert accepted.get("text") is None
        (parent, *_) = await slack.wait_for(slack.messages)
        assert "$13,260 over 12 months" in parent["text"]


async def test_dropped_connection_reconnects_without_duplicate_answers(
    workspace_with_socket: FakeSlack, socket: Socket, tmp_path: Path
) -> None:
    """Closed by Slack, then announced by it. What it sent before and sends again is done once."""
    slack = workspace_with_socket
    payload = command(slack, QUESTION, "1.2.b")
    async with running(slack, tmp_path) as health:
        connection = await socket.connected()
        await socket.send(connection, "slash_commands", payload)

        await connection.close()
        connection = await socket.connected()
        await socket.send(connection, "slash_commands", payload)

        await connection.send_json({"type": "disconnect", "reason": "refresh_requested"})
        connection = await socket.connected()
        await socket.send(connection, "slash_commands", payload)

        helped = await socket.send(connection, "slash_commands", command(slack, "help", "1.3.c"))
        assert "examples=10k" in helped["text"]
        assert await slack_actions.get_json(f"{health}/readyz") == (200, {"ok": True})
    assert len(slack.messages()) == 1


async def test_short_connections_are_opened_slower_and_slower() -> None:
    time, pauses = [1_000.0], list[float]()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        time[0] += seconds

    pace = ConnectionPace(lambda: time[0], sleep)
    for _ in range(9):
        await pace.wait()
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    time[0] += LASTING_S
    await pace.wait()
    await pace.wait()
    assert len(pauses) == 7, "a connection that lasted is replaced at once"

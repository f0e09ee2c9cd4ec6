"""`python -m bot` with an app-level token: a command comes in over a WebSocket and is answered over it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from bot.playground import FakeSlack
from tests.bot import deeds
from tests.bot.test_main import environment


class Socket:
    """The WebSocket end of Slack: hands out its address, sends envelopes, keeps the answers."""

    def __init__(self) -> None:
        self.url = ""
        self.connected: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()
        self.answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def open(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer xapp-socket"
        return web.json_response({"ok": True, "url": self.url})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        if not self.connected.done():
            self.connected.set_result(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT and message.data.startswith("{"):
                self.answers.put_nowait(message.json())
        return socket

    async def send(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """One envelope, and the answer to it."""
        socket = await asyncio.wait_for(self.connected, 10)
        await socket.send_json(
            {"envelope_id": "e-1", "type": kind, "accepts_response_payload": True, "payload": payload}
        )
        answer = await asyncio.wait_for(self.answers.get(), 10)
        assert answer["envelope_id"] == "e-1"
        return answer.get("payload") or {}


@pytest.fixture
async def socket() -> Socket:
    return Socket()


@pytest.fixture
async def workspace_with_socket(socket: Socket) -> AsyncIterator[FakeSlack]:
    """The strict Slack, and beside its Web API the two routes that Socket Mode needs."""
    slack = FakeSlack(bot_token="xoxb-socket")
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


async def test_a_command_over_socket_mode_is_answered(
    workspace_with_socket: FakeSlack, socket: Socket, tmp_path: Path
) -> None:
    slack = workspace_with_socket
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=tmp_path,
        env=environment(
            tmp_path,
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
        line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
        assert line.startswith("Serving Slack over Socket Mode."), line
        health = line.split("Health at ")[1].split("/healthz")[0]
        assert await deeds.get_json(f"{health}/readyz") == (200, {"ok": True})

        command = {"command": "/ftcost", "team_id": "T0PLAYGRND", "user_id": slack.you, "channel_id": slack.general}
        helped = await socket.send("slash_commands", command | {"text": "help", "trigger_id": "1.1.a"})
        assert "examples=10k" in helped["text"]

        question = "on=your-rates rates=10/3/6 examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"
        accepted = await socket.send("slash_commands", command | {"text": question, "trigger_id": "1.2.b"})
        assert accepted.get("text") is None
        parent = await slack.wait_for(lambda: next(iter(slack.messages()), None), timeout=10)
        assert "$13,080.00 over 12 months" in parent["text"]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0, errors.decode()

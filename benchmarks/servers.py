"""Servers to measure, each in a process of its own: an empty Bolt app, the bot, and the Slack they talk to."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import uvloop

from benchmarks.load import SIGNING_SECRET

READY_SECONDS = 20.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@contextmanager
def process(
    arguments: list[str], environment: dict[str, str], ready_url: str
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A process and the seconds it took until `ready_url` answered."""
    # With its compiled modules, as where it is deployed.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments],
        env={**inherited, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(ready_url):
            if child.poll() is not None or time.perf_counter() - started > READY_SECONDS:
                raise RuntimeError(f"{' '.join(arguments)} did not get ready")
            time.sleep(0.005)
        yield child, time.perf_counter() - started
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def slack_stub() -> Iterator[str]:
    """Base URL of a Web API that says ok to everything."""
    port = free_port()
    with process(["-m", "benchmarks.servers", "slack", str(port)], {}, f"http://127.0.0.1:{port}/healthz"):
        yield f"http://127.0.0.1:{port}/api/"


@contextmanager
def bot(api_url: str, database_url: str | None = None) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """The bot over HTTP, with a file of its own where no database is named: port, process, seconds to ready."""
    port = free_port()
    with TemporaryDirectory() as folder:
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_APP_TOKEN": "",
            "SLACK_API_URL": api_url,
            "FTCOST_PORT": str(port),
            "FTCOST_REQUESTS_AT_ONCE": "1000000",  # one person stands for thousands
            "FTCOST_DATABASE_URL": database_url or f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
        }
        with process(["-m", "bot"], environment, f"http://127.0.0.1:{port}/readyz") as (child, seconds):
            yield port, child, seconds


def measured(port: int, name: str) -> float:
    """The sum over a metric's labels, as `/metrics` tells it; `name` is the beginning of its lines."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def drained(*ports: int) -> float:
    """Wait until no accepted work is left; the seconds that took."""
    started = time.perf_counter()
    while any(measured(port, "ftcost_queue_jobs{") for port in ports):
        time.sleep(0.05)
    return time.perf_counter() - started


def posted(api_url: str) -> dict[str, int]:
    """How often each marked message was posted to the stub."""
    with urllib.request.urlopen(api_url.removesuffix("api/") + "posted", timeout=10) as answer:
        found: dict[str, int] = json.load(answer)
    return found


@contextmanager
def empty_bolt(api_url: str) -> Iterator[int]:
    """Bolt's AsyncApp as it comes, with one command that only acknowledges."""
    port = free_port()
    arguments = ["-m", "benchmarks.servers", "bolt", str(port), api_url]
    with process(arguments, {}, f"http://127.0.0.1:{port}/healthz"):
        yield port


_SAID = json.dumps({
    "ok": True, "url": "https://bench.slack.com/", "team_id": "T0BENCH", "user_id": "U0BOT", "bot_id": "B0BOT",
    "channel": "C0BENCH", "ts": "1.000001", "view": {"id": "V1"},
}).encode()  # fmt: skip
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _SlackStub(asyncio.Protocol):
    """As much HTTP as the bot's client speaks, at a fourth of what aiohttp's server takes: it shares the processors
    with what is measured, and must not be it.
    """

    def __init__(self, marks: Counter[str]) -> None:
        self._marks = marks
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n") + 4) > 3:
            length = _LENGTH.search(self._held, 0, end)
            whole = end + (int(length[1]) if length else 0)
            if len(self._held) < whole:
                return
            path, body = self._held.split(b" ", 2)[1], self._held[end:whole]
            self._held = self._held[whole:]
            said = self._said(path, body)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said)
            self._transport.write(head + said)

    def _said(self, path: bytes, body: bytes) -> bytes:
        if path == b"/posted":
            return json.dumps(self._marks).encode()
        if path.endswith(b"chat.postMessage"):
            self._marks[json.loads(body)["metadata"]["event_payload"]["part"]] += 1
        return _SAID


async def _serve_slack(port: int) -> None:
    marks: Counter[str] = Counter()
    server = await asyncio.get_running_loop().create_server(lambda: _SlackStub(marks), "127.0.0.1", port)
    await server.serve_forever()


def _serve_bolt(port: int, api_url: str) -> None:
    from aiohttp import web
    from slack_bolt.async_app import AsyncAck, AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    app = AsyncApp(client=AsyncWebClient(token="xoxb-benchmark", base_url=api_url), signing_secret=SIGNING_SECRET)

    @app.command("/ftcost")
    async def command(ack: AsyncAck) -> None:
        await ack()

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    server = app.server(port=port, path="/slack/events", host="127.0.0.1").web_app
    server.router.add_get("/healthz", healthz)
    web.run_app(server, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    if sys.argv[1] == "slack":
        uvloop.run(_serve_slack(int(sys.argv[2])))
    else:
        _serve_bolt(int(sys.argv[2]), sys.argv[3])

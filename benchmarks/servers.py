"""The servers to measure, each in its own process: an empty Bolt app, the bot, and the Slack stub they call."""

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
    """Return a port that is free at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def process(
    arguments: list[str], environment: dict[str, str], ready_url: str
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Yield a process and the seconds until `ready_url` answered."""
    # With compiled modules, as deployed.
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
                raise RuntimeError(f"{' '.join(arguments)} did not become ready")
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
    """Yield the base URL of a Web API that answers ok to every call."""
    port = free_port()
    with process(["-m", "benchmarks.servers", "slack", str(port)], {}, f"http://127.0.0.1:{port}/healthz"):
        yield f"http://127.0.0.1:{port}/api/"


@contextmanager
def bot(api_url: str, database_url: str | None = None) -> Iterator[tuple[int, subprocess.Popen[bytes], float]]:
    """Yield the port, process and seconds to ready of a bot over HTTP; on a new SQLite file by default."""
    port = free_port()
    with TemporaryDirectory() as folder:
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_APP_TOKEN": "",
            "SLACK_API_URL": api_url,
            "FTCOST_PORT": str(port),
            "FTCOST_REQUESTS_AT_ONCE": "1000000",  # one user stands for thousands
            "FTCOST_DATABASE_URL": database_url or f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
        }
        with process(["-m", "bot"], environment, f"http://127.0.0.1:{port}/readyz") as (child, seconds):
            yield port, child, seconds


def measured(port: int, name: str) -> float:
    """Return the sum over a metric's labels on `/metrics`; `name` is the beginning of its lines."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def drained(*ports: int) -> float:
    """Wait until the queue is empty, and return the seconds it took."""
    started = time.perf_counter()
    while any(measured(port, "ftcost_queue_jobs{") for port in ports):
        time.sleep(0.05)
    return time.perf_counter() - started


def posted(api_url: str) -> dict[str, int]:
    """Return how often each message part was posted to the stub."""
    with urllib.request.urlopen(api_url.removesuffix("api/") + "posted", timeout=10) as answer:
        counts: dict[str, int] = json.load(answer)
    return counts


@contextmanager
def empty_bolt(api_url: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Yield the port and process of Bolt's AsyncApp with default options and one command that only acknowledges."""
    port = free_port()
    arguments = ["-m", "benchmarks.servers", "bolt", str(port), api_url]
    with process(arguments, {}, f"http://127.0.0.1:{port}/healthz") as (child, _):
        yield port, child


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process's threads have used, from /proc, which only Linux has."""
    schedules = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(schedule.split()[0]) for schedule in schedules) / 1e9


_RESPONSE = json.dumps({
    "ok": True, "url": "https://bench.slack.com/", "team_id": "T0BENCH", "user_id": "U0BOT", "bot_id": "B0BOT",
    "channel": "C0BENCH", "ts": "1.000001", "view": {"id": "V1"},
}).encode()  # fmt: skip
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _SlackStub(asyncio.Protocol):
    """Just enough HTTP for the bot's client, at a quarter of aiohttp's cost: the stub shares the processors with the
    measured server.
    """

    def __init__(self, marks: Counter[str]) -> None:
        self._marks = marks
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n") + 4) > 3:
            length = _LENGTH.search(self._received, 0, end)
            whole = end + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            path, body = self._received.split(b" ", 2)[1], self._received[end:whole]
            self._received = self._received[whole:]
            response = self._respond(path, body)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(response)
            self._transport.write(head + response)

    def _respond(self, path: bytes, body: bytes) -> bytes:
        if path == b"/posted":
            return json.dumps(self._marks).encode()
        if path.endswith(b"chat.postMessage"):
            self._marks[json.loads(body)["metadata"]["event_payload"]["part"]] += 1
        return _RESPONSE


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

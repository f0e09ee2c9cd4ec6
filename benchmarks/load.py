"""A cheap load generator: prepared requests over keep-alive connections, without an HTTP library."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.forms.estimates import Origin, form

SIGNING_SECRET = "benchmark-signing-secret"
COMMAND = {
    "token": "t", "team_id": "T0BENCH", "team_domain": "bench", "channel_id": "C0BENCH", "channel_name": "general",
    "user_id": "U0BENCH", "user_name": "bench", "command": "/ftcost", "api_app_id": "A0BENCH",
}  # fmt: skip


QUESTION = {
    "on": "google/gemini-2.5-flash",
    "examples": "10k",
    "example": "250/150",
    "epochs": "3",
    "calls": "50k/day",
    "call": "100/70",
}
LINE = " ".join(f"{key}={value}" for key, value in QUESTION.items())


@dataclass
class Measured:
    """The figures of one run."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    longest_ms: float


def signed_command(port: int, text: str, number: int) -> bytes:
    """Return a slash command as Slack sends it, ready for the socket."""
    trigger = f"{number}.{time.time_ns()}.bench"
    response_url = f"http://127.0.0.1:{port}/none"
    return _signed(port, urlencode({**COMMAND, "text": text, "trigger_id": trigger, "response_url": response_url}))


def signed_submission(port: int, number: int) -> bytes:
    """Return a submitted form, by another user for each number."""
    view = form(Origin(channel="C0BENCH")) | {"id": f"V{time.time_ns()}", "hash": f"{number}.bench"}
    values = {key: {key: {"type": "plain_text_input", "value": value}} for key, value in QUESTION.items()}
    payload = {
        "type": "view_submission",
        "trigger_id": f"{number}.{time.time_ns()}.bench",
        "team": {"id": COMMAND["team_id"], "domain": "bench"},
        "user": {"id": f"U{number:05}", "team_id": COMMAND["team_id"]},
        "view": view | {"state": {"values": values}},
    }
    return _signed(port, urlencode({"payload": json.dumps(payload)}))


def _signed(port: int, body: str) -> bytes:
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=stamp, body=body)
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


async def send(port: int, connections: int, requests: list[bytes]) -> Measured:
    """Send all requests over the connections, one at a time on each. Raises RuntimeError unless every status is 200."""
    pending = iter(requests)
    seconds: list[float] = []

    async def send_pending() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in pending:
            started = time.perf_counter()
            writer.write(request)
            await _read_response(reader)
            seconds.append(time.perf_counter() - started)
        writer.close()
        await writer.wait_closed()

    started = time.perf_counter()
    await asyncio.gather(*(send_pending() for _ in range(connections)))
    elapsed = time.perf_counter() - started
    seconds.sort()
    return Measured(
        len(seconds) / elapsed,
        seconds[len(seconds) // 2] * 1000,
        seconds[int(len(seconds) * 0.99) - 1] * 1000,
        seconds[-1] * 1000,
    )


async def _read_response(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"not a 200: {head[:80]!r}")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))

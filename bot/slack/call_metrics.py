"""Calls of Slack's Web API as they leave the process, retries and all: counted, and logged where one failed."""

from __future__ import annotations

import json
import logging
import re
from functools import lru_cache

from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from yarl import URL

from bot.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

_METHOD = re.compile(r"[a-z]+(?:\.[a-zA-Z0-9]+){1,4}")
_ERROR = re.compile(r"[a-z][a-z_]{0,39}")
_OK = (b'{"ok":true', b'{"ok": true')


def watch_calls(slack_api_url: str, metrics: Metrics) -> ClientMiddlewareType:
    """For the session that all clients share."""
    api = URL(slack_api_url)

    @lru_cache
    def method_of(url: URL) -> str | None:
        """None for what goes elsewhere, to a response URL or an upload's: an address that nobody else may see."""
        path = url.raw_path.removeprefix(api.raw_path)
        return path if url.host == api.host and _METHOD.fullmatch(path) else None

    async def watch(request: ClientRequest, call: ClientHandlerType) -> ClientResponse:
        method, outcome = method_of(request.url), "lost"
        try:
            response = await call(request)
            outcome = outcome_of(response.status, await response.read() if method else _OK[0])
        finally:
            note_call(metrics, method or "elsewhere", outcome)
        return response

    return watch


def note_call(metrics: Metrics, method: str, outcome: str) -> None:
    """A call ended."""
    metrics.slack_call(method, outcome)
    if outcome != "ok":
        log.warning("Slack: %s: %s", method, outcome)


def outcome_of(status: int, body: bytes) -> str:
    """`ok`, or what went wrong, in a word. Most answers are ok and long: reading them to the end would be a waste."""
    if status == 429:
        return "ratelimited"
    if status != 200:
        return f"http_{status}"
    if body.startswith(_OK):
        return "ok"
    try:
        answer = json.loads(body)
        if answer["ok"] is True:
            return "ok"
        error = str(answer["error"])
    except (ValueError, TypeError, LookupError):
        return "no_answer"
    return error if _ERROR.fullmatch(error) else "unknown_error"

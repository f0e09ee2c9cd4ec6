"""Count calls of Slack's Web API, each retry separately, and log the failures."""

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


def count_calls(slack_api_url: str, metrics: Metrics) -> ClientMiddlewareType:
    """Return a middleware that counts and logs calls, for the session that all clients share.

    Args:
        slack_api_url: The Web API's address; calls of other addresses are counted as `elsewhere`.
        metrics: Counts each call by method and outcome.
    """
    api = URL(slack_api_url)

    @lru_cache
    def method_of(url: URL) -> str | None:
        """Return the API method; None for response and upload URLs, which are secret and must not become labels."""
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
    """Count a finished call, and log it unless it succeeded."""
    metrics.count_slack_call(method, outcome)
    if outcome != "ok":
        log.warning("Slack call %s: %s", method, outcome)


def outcome_of(status: int, body: bytes) -> str:
    """Return `ok` or the error code of a response.

    Most responses are ok and long, so only their first bytes are read.
    """
    if status == 429:
        return "ratelimited"
    if status != 200:
        return f"http_{status}"
    if body.startswith(_OK):
        return "ok"
    try:
        response = json.loads(body)
        if response["ok"] is True:
            return "ok"
        error = str(response["error"])
    except (ValueError, TypeError, LookupError):
        return "no_answer"
    return error if _ERROR.fullmatch(error) else "unknown_error"

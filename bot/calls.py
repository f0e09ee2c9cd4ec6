"""Calls of Slack's Web API as they leave the process, retries and all: counted, and logged where one failed."""

from __future__ import annotations

import json
import logging
import re

from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from yarl import URL

from bot.metrics import Metrics

log = logging.getLogger(__name__)

_METHOD = re.compile(r"[a-z]+(?:\.[a-zA-Z0-9]+){1,4}")
_ERROR = re.compile(r"[a-z][a-z_]{0,39}")
_OK = (b'{"ok":true', b'{"ok": true')


def watch_calls(slack_api_url: str, metrics: Metrics) -> ClientMiddlewareType:
    """For the session that all clients share."""
    api = URL(slack_api_url)

    async def watch(request: ClientRequest, call: ClientHandlerType) -> ClientResponse:
        path = request.url.raw_path.removeprefix(api.raw_path)
        # What goes elsewhere, to a response URL or an upload's, has an address that nobody else may see.
        is_call = request.url.host == api.host and _METHOD.fullmatch(path) is not None
        method = path if is_call else "elsewhere"
        outcome = "lost"
        try:
            response = await call(request)
            outcome = outcome_of(response.status, await response.read() if is_call else _OK[0])
        finally:
            metrics.slack_call(method, outcome)
            if outcome != "ok":
                log.warning("Slack: %s: %s", method, outcome)
            else:
                log.debug("Slack: %s: ok", method)
        return response

    return watch


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

"""The HTTP endpoint for Slack: verifies a request, refuses replays, and passes it to Bolt."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from yarl import query_to_pairs

from bot.slack.oauth import INSTALL_PATH, REDIRECT_PATH, InstallFlow
from bot.slack.payload import is_routable
from bot.slack.replays import DUPLICATE, Replays
from bot.web.probes import Probes

log = logging.getLogger(__name__)

BODY_BYTES = 1_000_000
"""Ten times Slack's largest payload, a button press under a message of 50 blocks."""
BODY_TIMEOUT_S = 5.0
"""Slack itself waits three seconds for the whole answer."""


def web_routes(
    slack: AsyncApp, signing_secret: str | None, probes: Probes, install: InstallFlow | None = None
) -> web.Application:
    """Return the web application with all routes.

    Args:
        slack: The Bolt app that answers verified requests.
        signing_secret: Slack's signing secret. Without it (Socket Mode) no route for Slack exists.
        probes: The health and metrics endpoints.
        install: The OAuth pages; None when the bot serves a single workspace.
    """
    app = web.Application(client_max_size=BODY_BYTES)
    app.on_response_prepare.append(_hide_versions)
    if signing_secret:
        endpoint = SlackEndpoint(slack, SignatureVerifier(signing_secret), probes)
        app.router.add_post("/slack/events", endpoint.events)
    if install is not None:
        app.router.add_get(INSTALL_PATH, _page(install.handle_installation))
        app.router.add_get(REDIRECT_PATH, _page(install.handle_callback))
    probes.add_routes(app)
    return app


class SlackEndpoint:
    """Verifies requests before they are parsed, and serves each signed request once."""

    def __init__(self, slack: AsyncApp, verifier: SignatureVerifier, probes: Probes) -> None:
        self._slack = slack
        self._verifier = verifier
        self._metrics = probes.metrics
        self._replays = Replays()

    async def events(self, request: web.Request) -> web.Response:
        """Answer a request from Slack."""
        started = time.perf_counter()
        try:
            # Most bodies arrive with the headers, and need no timer.
            async with asyncio.timeout(None if request.content.is_eof() else BODY_TIMEOUT_S):
                body = await request.read()
        except TimeoutError:
            return self._refuse(408, "the body didn't arrive in time", started)
        except (ConnectionError, web.RequestPayloadError):
            return self._refuse(400, "the body is incomplete", started)
        if _is_ssl_check(request.content_type, body):
            return web.Response()
        if not _is_from_slack(self._verifier, request, body):
            return self._refuse(401, "invalid signature", started)
        signature = request.headers["X-Slack-Signature"]
        if not self._replays.take(signature, int(request.headers["X-Slack-Request-Timestamp"])):
            if request.content_type == "application/json":
                return web.Response()  # a redelivered event: acknowledge it, or Slack sends it again
            return self._refuse(401, DUPLICATE, started)
        is_final = False
        try:
            response, kind = await self._dispatch(request.content_type, body, started)
            # Text that is typed, deleted and typed again within a second makes the same request and signature.
            is_final = response.status < 500 and kind != "block_suggestion"
        finally:
            if not is_final:  # Slack may redeliver it within the same second
                self._replays.release(signature)
        return response

    async def _dispatch(self, content_type: str, body: bytes, started: float) -> tuple[web.Response, str]:
        """Return the response of a request and the request's type, which is empty for a command."""
        try:
            # The mode of a body that is parsed and verified. In the mode "http", Bolt's parser drops all fields of a
            # command whose text contains the word "payload".
            parsed = AsyncBoltRequest(body=_parse(content_type, body), mode="socket_mode")
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            self._metrics.count_request("unknown", "invalid", time.perf_counter() - started)
            return web.Response(status=400, text="not a Slack request"), ""
        kind = str(parsed.body.get("type") or "")
        if kind == "app_rate_limited":
            log.warning("Slack holds back events of workspace %s: too many in a minute", parsed.body.get("team_id"))
            return web.Response(), kind
        answer = await self._slack.async_dispatch(parsed)
        headers = answer.first_headers_without_set_cookie()
        return web.Response(status=answer.status, body=answer.body.encode(), headers=headers), kind

    def _refuse(self, status: int, reason: str, started: float) -> web.Response:
        self._metrics.count_request("unknown", "refused", time.perf_counter() - started)
        return web.Response(status=status, text=reason)


def _parse(content_type: str, body: bytes) -> dict[str, Any]:
    """Return an event's JSON, a command's form fields, or the JSON in the field `payload` of an interaction.

    Raises:
        ValueError: It is something else.
        RecursionError: The JSON is nested too deeply.
    """
    parsed: Any
    if content_type == "application/json":
        parsed = json.loads(body)
    else:
        parsed = dict(query_to_pairs(body.decode()))
        if "payload" in parsed:
            parsed = json.loads(parsed["payload"])
    if not isinstance(parsed, dict) or not is_routable(parsed):
        raise ValueError("not one of Slack's requests")
    return parsed


def _is_ssl_check(content_type: str, body: bytes) -> bool:
    """Return whether Slack only checks the certificate, without a signature."""
    if content_type != "application/x-www-form-urlencoded" or b"ssl_check=1" not in body:
        return False
    try:
        fields = dict(query_to_pairs(body.decode()))
    except ValueError:
        return False
    return fields.get("ssl_check") == "1" and not {"command", "payload"} & fields.keys()


def _is_from_slack(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    """Return whether signature and time stamp are valid. The verifier raises on headers and bodies that aren't text."""
    headers = request.headers
    try:
        return verifier.is_valid(body, headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature"))
    except (ValueError, TypeError, OverflowError):
        return False


async def _hide_versions(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "ftcost"


def _page(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Callable[[web.Request], Awaitable[Any]]:
    async def page(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await handle(await to_bolt_request(request)))

    return page

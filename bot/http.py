"""The HTTP door: requests from Slack, checked before anything of them is read."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot import trace
from bot.form import Origin
from bot.listeners import Bot
from bot.listeners.commands import COMMAND, answer_command
from bot.metrics import Metrics, kind_of
from bot.oauth import INSTALL_PATH, REDIRECT_PATH, InstallFlow
from bot.probes import Probes

_FIELD = re.compile(rb"(?:^|&)(command|text|trigger_id|team_id|channel_id|response_url)=([^&]*)")


def web_routes(
    slack: AsyncApp,
    bot: Bot,
    signing_secret: str | None,
    probes: Probes,
    install: InstallFlow | None = None,
) -> web.Application:
    """The application. Without a signing secret nothing from Slack comes in here."""
    app = web.Application()
    if signing_secret:
        app.router.add_post("/slack/events", _events(slack, bot, SignatureVerifier(signing_secret), probes.metrics))
    if install is not None:
        app.router.add_get(INSTALL_PATH, _page(install.handle_installation))
        app.router.add_get(REDIRECT_PATH, _page(install.handle_callback))
    probes.add_routes(app)
    return app


def _events(
    slack: AsyncApp, bot: Bot, verifier: SignatureVerifier, metrics: Metrics
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def events(request: web.Request) -> web.Response:
        started = time.perf_counter()
        body = await request.read()
        if not _is_from_slack(verifier, request, body):
            metrics.request("unknown", "refused", time.perf_counter() - started)
            return web.Response(status=401, text="invalid signature")
        if (opening := bare_command(body)) and (workspace := bot.workspaces.known(opening.team_id)):
            # Asked most, in the greatest hurry, and with nothing for Bolt to route: docs/decisions has the figures.
            trace.begin()
            origin = Origin(channel=opening.channel)
            with bot.worker.answering():
                bot.worker.start(bot.opener.open(workspace.token, opening.trigger_id, origin, opening.response_url))
            metrics.request("form", "ok", time.perf_counter() - started)
            return web.Response()
        if (command := command_of(body)) and bot.workspaces.known(command.get("team_id", "")):
            serving = trace.begin()
            with bot.worker.answering():
                said = await answer_command(bot, command)
            outcome = "failed" if serving.failed else "ok"
            metrics.request(kind_of(command), outcome, time.perf_counter() - started)
            return web.json_response(said) if said else web.Response()
        try:
            asked = await to_bolt_request(request)
        except (ValueError, AttributeError, TypeError):
            metrics.request("unknown", "invalid", time.perf_counter() - started)
            return web.Response(status=400, text="not a request of Slack's")
        return await to_aiohttp_response(await slack.async_dispatch(asked))

    return events


def _is_from_slack(verifier: SignatureVerifier, request: web.Request, body: bytes) -> bool:
    """Whether signature and time stamp are right. The verifier raises on headers and bodies that are not even text."""
    headers = request.headers
    try:
        return verifier.is_valid(body, headers.get("X-Slack-Request-Timestamp"), headers.get("X-Slack-Signature"))
    except (ValueError, TypeError, OverflowError):
        return False


def _page(handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Callable[[web.Request], Awaitable[Any]]:
    async def page(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await handle(await to_bolt_request(request)))

    return page


_QUOTED = quote_plus(COMMAND).encode()
_COMMAND = b"command=" + _QUOTED


class Opening(NamedTuple):
    """What is needed to open the form."""

    trigger_id: str
    team_id: str
    channel: str
    response_url: str


def command_of(body: bytes) -> dict[str, str] | None:
    """The fields of a `/ftcost …`, which needs no routing either; None for any other request."""
    if _COMMAND not in body:
        return None
    try:
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"))
    except ValueError:
        return None
    return fields if fields.get("command") == COMMAND and "payload" not in fields else None


def bare_command(body: bytes) -> Opening | None:
    """A `/ftcost` with nothing behind it; None for any other request."""
    fields = dict(_FIELD.findall(body))
    if fields.get(b"command") != _QUOTED or fields.get(b"text"):
        return None
    opening = Opening(
        *(
            unquote_plus(fields.get(name, b"").decode("ascii", "replace"))
            for name in (b"trigger_id", b"team_id", b"channel_id", b"response_url")
        )
    )
    return opening if opening.trigger_id and opening.channel else None

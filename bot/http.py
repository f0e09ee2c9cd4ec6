"""The HTTP door: requests from Slack, checked before anything of them is read; health and readiness."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.form import Origin
from bot.limits import TOO_MANY
from bot.listeners import Bot
from bot.oauth import INSTALL_PATH, REDIRECT_PATH, InstallFlow
from bot.plain_answers import Apology
from bot.replays import Replays
from bot.store import Database
from bot.workspaces import Workspaces

log = logging.getLogger(__name__)

_FIELD = re.compile(rb"(?:^|&)(command|text|trigger_id|team_id|user_id|channel_id|response_url)=([^&]*)")

# Slack's largest payload, a press under a message of 50 blocks, is a tenth of it.
BODY_BYTES = 1_000_000
# For a body to come in; Slack itself waits three seconds for the answer.
BODY_SECONDS = 5.0


@dataclass
class Connection:
    """Whether requests from Slack can come in; Socket Mode puts its own answer here."""

    is_up: Callable[[], Awaitable[bool]] | None = None


def web_routes(
    slack: AsyncApp,
    bot: Bot,
    signing_secret: str | None,
    database: Database,
    workspaces: Workspaces,
    connection: Connection,
    install: InstallFlow | None = None,
) -> web.Application:
    """The application. Without a signing secret nothing from Slack comes in here."""
    app = web.Application(client_max_size=BODY_BYTES)
    if signing_secret:
        app.router.add_post("/slack/events", _events(slack, bot, SignatureVerifier(signing_secret), workspaces))
    if install is not None:
        app.router.add_get(INSTALL_PATH, _page(install.handle_installation))
        app.router.add_get(REDIRECT_PATH, _page(install.handle_callback))

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        faults = {}
        try:
            await database.ping()
        except Exception:
            log.exception("not ready: the database does not answer")
            faults["database"] = "does not answer"
        if fault := await workspaces.fault():
            faults["slack"] = fault
        elif connection.is_up is not None and not await connection.is_up():
            faults["slack"] = "Socket Mode is not connected"
        return web.json_response({"ok": not faults, **faults}, status=503 if faults else 200)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    return app


def _events(
    slack: AsyncApp, bot: Bot, verifier: SignatureVerifier, workspaces: Workspaces
) -> Callable[[web.Request], Awaitable[web.Response]]:
    replays = Replays()

    async def events(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408, text="the body does not come")
        if not _is_from_slack(verifier, request, body):
            return web.Response(status=401, text="invalid signature")
        signature = request.headers["X-Slack-Signature"]
        if not replays.take(signature, int(request.headers["X-Slack-Request-Timestamp"])):
            if request.content_type == "application/json":
                return web.Response()  # an event, which Slack itself delivers again: it was taken, and is not again
            return web.Response(status=401, text="this request came before")
        served = False
        try:
            response = await answer(request, body)
            served = response.status < 500
        finally:
            if not served:  # Slack may deliver it again, within the same second
                replays.give_back(signature)
        return response

    async def answer(request: web.Request, body: bytes) -> web.Response:
        if (
            (opening := bare_command(body))
            and (workspace := workspaces.known(opening.team_id))
            and "on" not in (bot.desk.preferences.known(opening.team_id) or ("on",))  # the form as it always begins
        ):
            # Asked most, in the greatest hurry, and with nothing for Bolt to route: docs/decisions has the figures.
            origin = Origin(channel=opening.channel)
            if not bot.limit.count(opening.team_id, opening.user_id, opening.trigger_id).allowed:
                return web.json_response({"response_type": "ephemeral", "text": TOO_MANY})
            bot.worker.start(bot.opener.open(workspace.token, opening.trigger_id, origin, opening.response_url))
            return web.Response()
        try:
            asked = await to_bolt_request(request)
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            return web.Response(status=400, text="not a request of Slack's")
        try:
            answered = await slack.async_dispatch(asked)
        except Exception as error:  # before any listener had it: while the workspace was looked up, say
            answered = Apology(asked.body, error).answer
        return await to_aiohttp_response(answered)

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


class Opening(NamedTuple):
    """What is needed to open the form."""

    trigger_id: str
    team_id: str
    user_id: str
    channel: str
    response_url: str


def bare_command(body: bytes) -> Opening | None:
    """A `/ftcost` with nothing behind it; None for any other request."""
    fields = dict(_FIELD.findall(body))
    if fields.get(b"command") != b"%2Fftcost" or fields.get(b"text"):
        return None
    opening = Opening(
        *(
            unquote_plus(fields.get(name, b"").decode("ascii", "replace"))
            for name in (b"trigger_id", b"team_id", b"user_id", b"channel_id", b"response_url")
        )
    )
    return opening if opening.trigger_id and opening.channel else None

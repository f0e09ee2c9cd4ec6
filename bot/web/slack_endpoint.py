"""The HTTP door: requests from Slack, checked before anything of them is read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote_plus, unquote_to_bytes

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.forms.apologies import Apology, plain_answer
from bot.listeners import Bot
from bot.listeners.commands import COMMAND, answer_command
from bot.slack.oauth import INSTALL_PATH, REDIRECT_PATH, InstallFlow
from bot.slack.replays import SAID, DuplicateRequest, Replays
from bot.telemetry import trace
from bot.telemetry.metrics import kind_of
from bot.web.probes import Probes
from bot.web.rate_limit import TOO_MANY

_QUOTED = quote_plus(COMMAND)
_COMMAND = f"command={_QUOTED}".encode()
_NEEDED = ("trigger_id", "team_id", "user_id", "channel_id")

# Slack's largest payload, a press under a message of 50 blocks, is a tenth of it.
BODY_BYTES = 1_000_000
# For a body to come in; Slack itself waits three seconds for the answer.
BODY_SECONDS = 5.0


def web_routes(
    slack: AsyncApp, bot: Bot, signing_secret: str | None, probes: Probes, install: InstallFlow | None = None
) -> web.Application:
    """The application. Without a signing secret nothing from Slack comes in here."""
    app = web.Application(client_max_size=BODY_BYTES)
    if signing_secret:
        door = SlackEndpoint(slack, bot, SignatureVerifier(signing_secret), probes)
        app.router.add_post("/slack/events", door.events)
    if install is not None:
        app.router.add_get(INSTALL_PATH, _page(install.handle_installation))
        app.router.add_get(REDIRECT_PATH, _page(install.handle_callback))
    probes.add_routes(app)
    return app


class SlackEndpoint:
    """Takes in what Slack sends, once."""

    def __init__(self, slack: AsyncApp, bot: Bot, verifier: SignatureVerifier, probes: Probes) -> None:
        self._slack = slack
        self._bot = bot
        self._verifier = verifier
        self._metrics = probes.metrics
        self._replays = Replays()

    async def events(self, request: web.Request) -> web.Response:
        started = time.perf_counter()
        if request.content.is_eof():  # as nearly always: no clock needs to be set
            body = await request.read()
        else:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await request.read()
            except TimeoutError:
                return self._refused(408, "the body does not come", started)
            except (ConnectionError, web.RequestPayloadError):
                return self._refused(400, "the body broke off", started)
        if not _is_from_slack(self._verifier, request, body):
            return self._refused(401, "invalid signature", started)
        signature = request.headers["X-Slack-Signature"]
        if not self._replays.take(signature, int(request.headers["X-Slack-Request-Timestamp"])):
            if request.content_type == "application/json":
                return web.Response()  # an event, which Slack itself delivers again: it was taken, and is not again
            return self._refused(401, SAID, started)
        served = False
        try:
            response = await self._answer(request, body, started)
            served = response.status < 500
        finally:
            if not served:  # Slack may deliver it again, within the same second
                self._replays.give_back(signature)
        return response

    async def _answer(self, request: web.Request, body: bytes, started: float) -> web.Response:
        # Asked most, in the greatest hurry, and with nothing for Bolt to route: docs/decisions has the figures.
        if (command := command_of(body)) and self._bot.workspaces.known(command["team_id"]):
            return await self._command(command, started)
        try:
            asked = await to_bolt_request(request)
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            self._metrics.request("unknown", "invalid", time.perf_counter() - started)
            return web.Response(status=400, text="not a request of Slack's")
        try:
            answered = await self._slack.async_dispatch(asked)
        except Exception as error:  # before any listener had it: while the workspace was looked up, say
            answered = Apology(asked.body, error).answer
        return await to_aiohttp_response(answered)

    async def _command(self, command: dict[str, str], started: float) -> web.Response:
        """What Bolt would do for it, without asking every listener whether it is theirs."""
        bot, serving = self._bot, trace.begin()
        with bot.worker.answering():
            if not bot.limit.count(command["team_id"], command["user_id"], command["trigger_id"]).allowed:
                trace.mark("limited")
                answer = await to_aiohttp_response(plain_answer(command, TOO_MANY))
            else:
                try:
                    said = await answer_command(bot, command)
                    answer = web.json_response(said) if said else web.Response()
                except DuplicateRequest:
                    trace.mark("refused")
                    answer = web.Response(status=401, text=SAID)
                except Exception as error:
                    answer = await to_aiohttp_response(Apology(command, error).answer)
        self._metrics.request(kind_of(command), serving.outcome, time.perf_counter() - started)
        return answer

    def _refused(self, status: int, why: str, started: float) -> web.Response:
        self._metrics.request("unknown", "refused", time.perf_counter() - started)
        return web.Response(status=status, text=why)


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


def command_of(body: bytes) -> dict[str, str] | None:
    """The fields of a whole `/ftcost …`, which needs no routing; None for any other request.

    urllib's parse_qsl does the same in twice the time: it looks for escapes in every name and value.
    """
    if _COMMAND not in body:
        return None
    try:
        fields = dict([pair.split("=", 1) for pair in body.decode("ascii").split("&")])
        if fields.get("command") != _QUOTED or "payload" in fields:
            return None
        fields["command"] = COMMAND
        fields |= {name: _unquoted(value) for name, value in fields.items() if "%" in value or "+" in value}
    except ValueError:
        return None
    return fields if all(map(fields.get, _NEEDED)) else None


def _unquoted(value: str) -> str:
    return unquote_to_bytes(value.replace("+", " ")).decode()

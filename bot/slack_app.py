"""Bolt's app: authorization, rate limits, and the response to a request that fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.forms.apologies import log_and_apologise, text_response
from bot.listeners import (
    actuals,
    assistant,
    cards,
    commands,
    datasets,
    estimates,
    home,
    installations,
    keys,
    mentions,
    menus,
    submissions,
)
from bot.queue.worker import Worker
from bot.services import Services
from bot.slack.poster import Destination
from bot.slack.replays import DUPLICATE, DuplicateRequest
from bot.slack.request import (
    ActionRequest,
    EventRequest,
    Interaction,
    ShortcutRequest,
    SlackRequest,
    parse_request,
)
from bot.slack.workspaces import Workspaces
from bot.telemetry import trace
from bot.telemetry.metrics import Metrics, request_kind
from bot.telemetry.spans import KIND, OUTCOME, REQUEST, Spans
from bot.web.rate_limit import TOO_MANY

log = logging.getLogger(__name__)

PARSED_REQUEST = "slack_request"
"""The name of the listeners' parameter with the typed request."""
# Bolt tries the listeners in this order, so the most frequent requests come first.
LISTENERS = (commands, menus, submissions, estimates, cards, actuals, keys, mentions, home, datasets, installations)


class TracedApp(AsyncApp):
    """Bolt's app, which gives each request an id for the log, and counts and times it."""

    def __init__(self, worker: Worker, metrics: Metrics, spans: Spans, **options: Any) -> None:
        super().__init__(**options)
        self._worker = worker
        self._metrics = metrics
        self._spans = spans

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a request, and record its kind, outcome and duration."""
        started = time.perf_counter()
        request, kind = trace.start_request(), request_kind(req.body)
        attributes = {KIND: kind, REQUEST: request.id, OUTCOME: "failed"}
        try:
            with self._spans.span(f"request {kind}", attributes), self._worker.gate.answering():
                response = await super().async_dispatch(req)
                is_served = response.status == 200 or request.outcome != "ok"
                attributes[OUTCOME] = request.outcome if is_served else "refused"
        finally:
            self._metrics.count_request(kind, attributes[OUTCOME], time.perf_counter() - started)
        return response


class NotAuthorized(Exception):
    """Error for a request of a workspace without a token that Slack takes."""


class WorkspaceAuthorize(AsyncAuthorize):
    """Authorizes requests of workspaces that installed the app."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def __call__(self, *, team_id: str | None, **_: Any) -> AuthorizeResult:
        """Return the workspace's token and ids. Raises NotAuthorized, so that Bolt posts nothing to an address of the
        request.
        """
        workspace = await self._workspaces.find(team_id or "")
        if workspace is None:
            raise NotAuthorized(team_id)
        return AuthorizeResult(
            enterprise_id=workspace.enterprise_id,
            team_id=workspace.team_id,
            bot_user_id=workspace.bot_user_id,
            bot_id=workspace.bot_id,
            bot_token=workspace.token,
        )


class RequestParsing(AsyncMiddleware):
    """Parses a request once, before Bolt authorizes its workspace."""

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """Add the typed request to the context. Raises MalformedRequest."""
        if req.body.get("type") != "url_verification":  # has no workspace; Bolt answers it
            request = parse_request(req.body)
            req.context[PARSED_REQUEST] = request
            req.context["team_id"] = request.team_id
        return await next()


class RateLimiting(AsyncMiddleware):
    """Refuses the requests of a user who sends too many."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        """Pass the request on, or refuse it. The first refusal in a row is logged."""
        request = _installed_request(req.context)
        if request.user_id is None:
            return await next()
        decision = self._services.rate_limit.count(request.team_id, request.user_id, request.delivery_id)
        if decision.allowed:
            if isinstance(request, Interaction):
                self._services.response_urls.remember(request.team_id, request.user_id, request.response_url)
            return await next()
        trace.set_outcome("limited")
        if decision.should_notify:
            log.warning("rate limit: user %s of workspace %s", request.user_id, request.team_id)
            _notify(self._services, request, TOO_MANY)
        return text_response(req.body, TOO_MANY)


def slack_app(services: Services, slack_api_url: str, metrics: Metrics, spans: Spans) -> AsyncApp:
    """Return Bolt's app with all listeners.

    Args:
        services: The parts of the running bot.
        slack_api_url: The Web API's address.
        metrics: Counts and times requests.
        spans: Gets a span for each request.
    """
    slack = TracedApp(
        services.worker,
        metrics,
        spans,
        name="ftcost",  # otherwise Bolt searches the call stack for a name, and reads source files for it
        client=AsyncWebClient(base_url=slack_api_url),  # unused: listeners take the workspace's own client
        request_verification_enabled=False,  # bot/web/slack_endpoint.py verifies before anything is parsed
        attaching_function_token_enabled=False,  # for custom workflow steps, which ftcost doesn't have
        before_authorize=RequestParsing(),
        authorize=WorkspaceAuthorize(services.workspaces),
        # Bolt sends the acknowledgement when the listener returns; without this it polls for it every 10 ms. So a
        # listener stores a job and leaves the work to the worker.
        process_before_response=True,
    )
    for listeners in LISTENERS:
        listeners.register(slack, services)
    slack.use(RateLimiting(services))
    slack.use(assistant.assistant(services))

    @slack.error
    async def on_error(error: Exception, body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        if isinstance(error, DuplicateRequest):
            return BoltResponse(status=401, body=DUPLICATE)
        if isinstance(error, NotAuthorized):
            trace.set_outcome("refused")
            log.warning("refused a request of workspace %s: the app has no token for it", error)
            return text_response(body, services.workspaces.refusal)
        apology = log_and_apologise(body, error)
        request = context.get(PARSED_REQUEST)
        if request and not apology.is_for_event:
            _notify(services, request, apology.text)
        return apology.response

    return slack


def _installed_request(context: AsyncBoltContext) -> SlackRequest:
    """Return the request with the token's workspace: a bot with a fixed token serves that workspace alone."""
    request: SlackRequest = context[PARSED_REQUEST]
    installed = context.authorize_result
    if installed and installed.team_id and installed.team_id != request.team_id:
        request = context[PARSED_REQUEST] = replace(request, team_id=installed.team_id)
    return request


def _notify(services: Services, request: SlackRequest, text: str) -> None:
    """Send the user a message if Slack doesn't show the response, as with button presses and mentions."""
    if isinstance(request, ActionRequest | ShortcutRequest | EventRequest) and request.user_id:
        destination = Destination(request.channel_id, request.thread_ts) if request.channel_id else None
        services.worker.start(services.notices.send(request.team_id, request.user_id, destination, text))

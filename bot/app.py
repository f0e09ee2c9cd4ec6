"""The only wiring: settings, catalogue, database and clock become a running bot."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web
from cryptography.fernet import MultiFernet
from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.actuals.billing_http import Addresses
from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.forms.apologies import Apology, plain_answer
from bot.forms.opener import FormOpener
from bot.jobs import handlers
from bot.jobs.watches import ScheduledJobs
from bot.listeners import Bot, actuals, commands, datasets, home, installations, keys, mentions, submissions
from bot.listeners import estimates as estimate_listeners
from bot.listeners.modals import team_of
from bot.prices.current_catalog import CatalogRefresher, CurrentCatalog, RefreshPlan, days_since_checked
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.scheduler import Scheduler
from bot.queue.store import JobStore
from bot.queue.worker import Worker
from bot.render.blocks import text_message
from bot.services import Services
from bot.slack.call_metrics import watch_calls
from bot.slack.files import Downloads, download_session
from bot.slack.hosts import SlackHosts
from bot.slack.http_pool import Proxied, Wire
from bot.slack.oauth import InstallFlow, OAuth, install_flow
from bot.slack.payload import at
from bot.slack.poster import Destination
from bot.slack.replays import SAID, DuplicateRequest
from bot.slack.workspaces import ManyWorkspaces, OneWorkspace, Workspaces
from bot.store import (
    ActualStore,
    Audit,
    BudgetStore,
    Database,
    DatasetRunStore,
    DefaultsStore,
    EstimateStore,
    Installations,
    OAuthStates,
    ProviderKeys,
    RefreshedPriceStore,
    WatchStore,
)
from bot.telemetry import trace
from bot.telemetry.metrics import Metrics, kind_of
from bot.timeouts import Timeouts
from bot.web.probes import Connection, Probes
from bot.web.rate_limit import TOO_MANY, RateAllowance, RateLimit
from bot.web.slack_endpoint import web_routes
from bot.workspace.roles import Roles
from pricing import Catalog, load_bill_rules

log = logging.getLogger(__name__)

UNREACHABLE = (
    "ftcost cannot reach Slack with its token at the moment. Please try again in a minute, or tell whoever runs it."
)


@dataclass(frozen=True)
class App:
    """A wired bot: `web` serves HTTP, `slack` takes requests from either transport."""

    slack: AsyncApp
    web: web.Application
    worker: Worker
    workspaces: Workspaces
    connection: Connection
    scheduler: Scheduler


@asynccontextmanager
async def build_app(
    catalog: Catalog,
    database: Database,
    *,
    access: str | OAuth,
    signing_secret: str | None,
    slack_api_url: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    refresh: RefreshPlan | None = None,
    pace: Timeouts = Timeouts(),  # noqa: B008 - frozen
    registry: CollectorRegistry | None = None,
    allowance: RateAllowance = RateAllowance(),  # noqa: B008 - frozen
    admins: Collection[str] = (),
    rates_url: str | None = None,
    encryption_keys: MultiFernet | None = None,
    addresses: Addresses = Addresses(),  # noqa: B008 - frozen
    proxy: str | None = None,
) -> AsyncIterator[App]:
    """A bot: for one workspace by its bot token, or for all that install it. Without a signing secret (Socket Mode) no
    HTTP request from Slack is served; without a plan to refresh prices the catalogue stays as it is. What is measured
    goes into the registry; without one, into its own. `admins` are the ids of people who count as admins beside the
    workspace's own; `encryption_keys` are for the keys by which platforms are asked what was paid, which without them
    cannot be kept; `rates_url` is where the ECB publishes its exchange rates, which are not asked for without it;
    `proxy` is the HTTP proxy that everything goes out by.
    """

    def today() -> date:
        return now().date()

    def stamp() -> datetime:
        return now().replace(tzinfo=None)

    box = CurrentCatalog(catalog)
    metrics = Metrics(registry or CollectorRegistry(), lambda: days_since_checked(box.catalog, today()))
    api = URL(slack_api_url)
    timeout, watch = ClientTimeout(total=pace.answer), watch_calls(slack_api_url, metrics)
    async with (
        ClientSession(timeout=timeout, cookie_jar=DummyCookieJar(), middlewares=(watch,), proxy=proxy) as session,
        download_session(proxy) as download,
        nullcontext(Proxied(session, api)) if proxy else Wire(api, pace.answer) as way,
    ):
        client_of = partial(slack_client, session, slack_api_url, proxy)
        install: InstallFlow | None = None
        workspaces: Workspaces
        if isinstance(access, OAuth):
            installations = Installations(access.client_id, database, access.keys)
            install = install_flow(
                access,
                OAuthStates(database, stamp),
                installations,
                client_of(None),
                slack_api_url,
            )
            workspaces = ManyWorkspaces(installations, client_of, pace.know)
        else:
            workspaces = OneWorkspace(access, client_of, lambda: now().timestamp())
        opener = FormOpener(way, session, slack_api_url, metrics)
        limit = RateLimit(allowance)
        estimates = EstimateStore(database, stamp)
        prices = CatalogRefresher(box, RefreshedPriceStore(database), refresh)
        roles, audit = Roles(workspaces, admins), Audit(database, stamp)
        watches = WatchStore(database, audit, stamp)
        lookups = Lookups(box, estimates, watches, roles, audit, today, workspaces.url)
        inbox = JobStore(database, stamp, timedelta(seconds=pace.lease))
        preferences, budgets = DefaultsStore(database, audit), BudgetStore(database, audit, stamp)
        rates = ExchangeRates(session, rates_url)
        desk = Services(
            box, estimates, lookups, workspaces, inbox, DatasetRunStore(database, stamp), preferences, budgets, rates
        )
        kept = ProviderKeys(database, encryption_keys, stamp, audit) if encryption_keys else None
        books = ActualsService(box, load_bill_rules(), ActualStore(database, stamp), kept, session, addresses, now)
        downloads = Downloads(download, SlackHosts(slack_api_url))
        does = handlers(desk, downloads, books, ScheduledJobs(desk, watches, prices, today))
        worker = Worker(inbox, does, desk.apologise, desk.notify_delay, pace, metrics)
        scheduler = Scheduler(worker, prices, now, pace.look)
        bot = Bot(desk, worker, lookups, estimates, workspaces, opener, books, roles, limit, today)
        slack = _slack_app(bot, slack_api_url, metrics)
        connection = Connection()
        probes = Probes(database, workspaces, worker, metrics, connection)
        routes = web_routes(slack, bot, signing_secret, probes, install)
        app = App(slack, routes, worker, workspaces, connection, scheduler)
        await prices.catch_up()
        try:
            yield app
        finally:
            await scheduler.close()
            await worker.close()


def slack_client(
    session: ClientSession, base_url: str, proxy: str | None, token: str | None, *, repeats: bool = True
) -> AsyncWebClient:
    """Slack's Web API, patient with 429 and, where a request may be repeated, with 5xx and dropped connections."""
    patient: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=5)]
    if repeats:
        patient.append(AsyncConnectionErrorRetryHandler(max_retry_count=3))
        patient.append(AsyncServerErrorRetryHandler(max_retry_count=3))
    client = AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=patient)
    client.proxy = proxy  # not what the environment names, which the playground's Slack is not behind
    return client


class MeasuredApp(AsyncApp):
    """Bolt's app, where requests of both transports pass: each gets its id here, and is timed."""

    def __init__(self, worker: Worker, metrics: Metrics, **options: Any) -> None:
        super().__init__(**options)
        self._worker = worker
        self._metrics = metrics

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        started = time.perf_counter()
        request = trace.begin()
        outcome = "failed"
        try:
            with self._worker.answering():
                response = await super().async_dispatch(req)
            outcome = request.outcome if response.status == 200 or request.outcome != "ok" else "refused"
        finally:
            self._metrics.request(kind_of(req.body), outcome, time.perf_counter() - started)
        return response


def _slack_app(bot: Bot, slack_api_url: str, metrics: Metrics) -> AsyncApp:
    async def authorize(team_id: str | None, **_: Any) -> AuthorizeResult | None:
        who = await bot.workspaces.find(team_id or "")
        if who is None:
            return None
        return AuthorizeResult(
            enterprise_id=who.enterprise_id,
            team_id=who.team_id,
            bot_user_id=who.bot_user_id,
            bot_id=who.bot_id,
            bot_token=who.token,
        )

    slack = MeasuredApp(
        bot.worker,
        metrics,
        name="ftcost",  # which Bolt would otherwise look for in the call stack, and read source files for it
        client=AsyncWebClient(base_url=slack_api_url),  # unused: listeners have the patient one
        request_verification_enabled=False,  # bot/web/slack_endpoint.py verifies, before anything is parsed
        authorize=authorize,  # None is “not known”
        user_facing_authorize_error_message=UNREACHABLE,
        # A listener is awaited and its ack goes out when it returns; Bolt's other way polls, at 10 ms a request. So a
        # listener writes work down and hands it off, and never does it.
        process_before_response=True,
    )
    for module in (
        commands,
        submissions,
        estimate_listeners,
        actuals,
        keys,
        mentions,
        home,
        datasets,
        installations,
    ):  # the hottest route first: Bolt asks them in order
        module.register(slack, bot)

    @slack.middleware
    async def within_the_limit(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        user = _user_of(body)
        if user is None:
            return await next()
        verdict = bot.limit.count(team_of(body), user, str(body.get("event_id") or body.get("trigger_id") or ""))
        if verdict.allowed:
            return await next()
        trace.mark("limited")
        if verdict.tell:
            log.warning("%s in %s asks too much", user, team_of(body))
            _tell_beside(bot, body, TOO_MANY)
        return plain_answer(body, TOO_MANY)

    @slack.error
    async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if isinstance(error, DuplicateRequest):
            return BoltResponse(status=401, body=SAID)
        sorry = Apology(body, error)
        if not sorry.to_event:
            _tell_beside(bot, body, sorry.text)
        return sorry.answer

    return slack


def _user_of(body: dict[str, Any]) -> str | None:
    """Who asks; None for what nobody asked, such as the app's removal."""
    user = body.get("user_id") or at(body, "user", "id") or at(body, "event", "user")
    return user if isinstance(user, str) else None


def _tell_beside(bot: Bot, body: dict[str, Any], text: str) -> None:
    """By a message, where the answer itself shows nothing: a button's, a mention's."""
    message = body.get("message") or body.get("event")
    channel = at(body, "channel", "id") or at(message, "channel")
    user = _user_of(body)
    if user and isinstance(channel, str) and body.get("type") != "view_submission":
        bot.worker.start(_say(bot, team_of(body), user, Destination(channel, at(message, "thread_ts")), text))


async def _say(bot: Bot, team: str, user: str, place: Destination, text: str) -> None:
    await (await bot.workspaces.of(team)).poster.only_to(user, place, text_message(text))

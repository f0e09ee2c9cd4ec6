"""The only wiring: settings, catalogue, database and clock become a running bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web
from cryptography.fernet import MultiFernet
from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.actuals.billing_http import Addresses
from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.forms.opener import FormOpener
from bot.jobs import handlers
from bot.jobs.notices import JobNotices
from bot.jobs.watches import ScheduledJobs
from bot.prices.current_catalog import CatalogRefresher, CurrentCatalog, RefreshPlan, days_since_checked
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.model import Job
from bot.queue.scheduler import Scheduler
from bot.queue.store import JobStore
from bot.queue.worker import Handler, Worker
from bot.services import Services
from bot.slack.call_metrics import watch_calls
from bot.slack.files import Downloads, download_session
from bot.slack.hosts import SlackHosts
from bot.slack.oauth import InstallFlow, OAuth, install_flow
from bot.slack.workspaces import ManyWorkspaces, OneWorkspace, Workspaces
from bot.slack_app import slack_app
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
from bot.telemetry.metrics import Metrics
from bot.timeouts import Timeouts
from bot.web.probes import Connection, Probes
from bot.web.rate_limit import RateAllowance, RateLimit
from bot.web.slack_endpoint import web_routes
from bot.workspace.roles import Roles
from pricing import Catalog, load_bill_rules


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
    timeout, watch = ClientTimeout(total=pace.answer), watch_calls(slack_api_url, metrics)
    async with (
        ClientSession(timeout=timeout, cookie_jar=DummyCookieJar(), middlewares=(watch,), proxy=proxy) as session,
        download_session(proxy) as download,
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
        opener = FormOpener(session, slack_api_url)
        limit = RateLimit(allowance)
        estimates = EstimateStore(database, stamp)
        prices = CatalogRefresher(box, RefreshedPriceStore(database), refresh)
        roles, audit = Roles(workspaces, admins), Audit(database, stamp)
        watches = WatchStore(database, audit, stamp)
        lookups = Lookups(box, estimates, watches, roles, audit, today, workspaces.url)
        inbox = JobStore(database, stamp, timedelta(seconds=pace.lease))
        preferences, budgets = DefaultsStore(database, audit), BudgetStore(database, audit, stamp)
        rates = ExchangeRates(session, rates_url)
        kept = ProviderKeys(database, encryption_keys, stamp, audit) if encryption_keys else None
        books = ActualsService(box, load_bill_rules(), ActualStore(database, stamp), kept, session, addresses, now)
        downloads = Downloads(download, SlackHosts(slack_api_url))
        dataset_runs = DatasetRunStore(database, stamp)
        notices = JobNotices(workspaces, dataset_runs)
        job_handlers: dict[type[Job], Handler] = {}  # filled below: handlers use the services, and these the worker
        worker = Worker(inbox, job_handlers, notices.apologise, notices.notify_delay, pace, metrics)
        services = Services(
            box=box,
            estimates=estimates,
            lookups=lookups,
            workspaces=workspaces,
            inbox=inbox,
            worker=worker,
            dataset_runs=dataset_runs,
            defaults_store=preferences,
            budgets=budgets,
            rates=rates,
            actuals=books,
            opener=opener,
            roles=roles,
            limit=limit,
            today=today,
        )
        job_handlers |= handlers(services, downloads, ScheduledJobs(services, watches, prices, today))
        scheduler = Scheduler(worker, prices, now, pace.look)
        slack = slack_app(services, slack_api_url, metrics)
        connection = Connection()
        probes = Probes(database, workspaces, worker, metrics, connection)
        routes = web_routes(slack, signing_secret, probes, install)
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

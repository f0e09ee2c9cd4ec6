"""Builds the bot from its configuration, a catalogue, a database and a clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, web
from prometheus_client import CollectorRegistry
from slack_bolt.async_app import AsyncApp

from bot.actuals.service import ActualsService
from bot.answers.lookups import Lookups
from bot.config import Config
from bot.forms.opener import FormOpener
from bot.jobs import handlers
from bot.jobs.notices import JobNotices
from bot.jobs.watches import ScheduledJobs
from bot.prices.current_catalog import CatalogRefresher, CurrentCatalog, days_since_checked
from bot.prices.exchange_rates import ExchangeRates
from bot.queue.computing import Computing
from bot.queue.model import Job
from bot.queue.scheduler import Scheduler
from bot.queue.store import JobStore
from bot.queue.worker import Handler, Worker
from bot.services import Services
from bot.slack.call_metrics import count_calls
from bot.slack.files import Downloads, download_session
from bot.slack.hosts import SlackHosts
from bot.slack.notices import UserNotices
from bot.slack.oauth import InstallFlow, OAuth, install_flow
from bot.slack.oauth_states import OAuthStates
from bot.slack.pace import ChannelPace
from bot.slack.response_urls import ResponseUrls
from bot.slack.tokens import TokenRotation
from bot.slack.web_client import slack_client
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
    PersonalData,
    PlatformKeyStore,
    RefreshedPriceStore,
    ThreadMessageStore,
    WatchStore,
)
from bot.telemetry.metrics import Metrics
from bot.web.probes import Connection, Probes
from bot.web.rate_limit import RateLimit
from bot.web.slack_endpoint import web_routes
from bot.workspace.roles import Roles
from pricing import Catalog, load_bill_rules


@dataclass(frozen=True)
class App:
    """A running bot: `web` serves HTTP, `slack` takes requests from HTTP or Socket Mode."""

    slack: AsyncApp
    web: web.Application
    worker: Worker
    workspaces: Workspaces
    connection: Connection
    scheduler: Scheduler
    metrics: Metrics
    services: Services


@asynccontextmanager
async def build_app(
    config: Config,
    catalog: Catalog,
    database: Database,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[App]:
    """Build a bot, and stop its worker and scheduler at the end.

    Args:
        config: The configuration.
        catalog: The catalogue until the first refresh.
        database: The open, migrated database; the caller closes it.
        clock: Returns the time, with the time zone UTC.

    Yields:
        The bot.
    """

    def today() -> date:
        return clock().date()

    def stamp() -> datetime:
        return clock().replace(tzinfo=None)

    timeouts = config.timeouts
    current_catalog = CurrentCatalog(catalog)
    metrics = Metrics(CollectorRegistry(), lambda: days_since_checked(current_catalog.catalog, today()))
    timeout, call_counter = ClientTimeout(total=timeouts.answer), count_calls(config.slack_api_url, metrics)
    async with (
        ClientSession(
            timeout=timeout, cookie_jar=DummyCookieJar(), middlewares=(call_counter,), proxy=config.proxy
        ) as session,
        download_session(config.proxy) as download,
        AsyncExitStack() as stack,
    ):
        pace = ChannelPace(timeouts.message_interval)
        make_client = partial(slack_client, session, config.slack_api_url, config.proxy, pace)
        install: InstallFlow | None = None
        workspaces: Workspaces
        if isinstance(config.access, OAuth):
            installations = Installations(config.access.client_id, database, config.access.keys)
            install = install_flow(
                config.access,
                OAuthStates(config.access.keys, clock),
                installations,
                make_client(None),
                config.slack_api_url,
            )
            rotation = TokenRotation(
                config.access.client_id, config.access.client_secret, make_client(None, repeats=False), installations
            )
            stack.push_async_callback(rotation.close)
            workspaces = ManyWorkspaces(installations, make_client, timeouts.know, rotation=rotation)
        else:
            workspaces = OneWorkspace(config.access, make_client, lambda: clock().timestamp())
        hosts = SlackHosts(config.slack_api_url)
        response_urls = ResponseUrls(session, hosts)
        opener = FormOpener(session, config.slack_api_url, response_urls)
        rate_limit = RateLimit(config.allowance)
        estimates = EstimateStore(database, stamp)
        prices = CatalogRefresher(current_catalog, RefreshedPriceStore(database), config.refresh)
        roles, audit = Roles(workspaces, config.admins), Audit(database, stamp)
        watches = WatchStore(database, audit, stamp)
        lookups = Lookups(current_catalog, estimates, watches, today, workspaces.url)
        job_store = JobStore(database, stamp, timedelta(seconds=timeouts.lease))
        defaults, budgets = DefaultsStore(database, audit), BudgetStore(database, audit, stamp)
        rates = ExchangeRates(session, config.rates_url)
        keys = config.encryption_keys
        platform_keys = PlatformKeyStore(database, keys, stamp, audit) if keys else None
        actuals = ActualsService(
            current_catalog,
            load_bill_rules(),
            ActualStore(database, stamp),
            platform_keys,
            session,
            config.addresses,
            clock,
        )
        computing = Computing()
        downloads = Downloads(download, hosts)
        dataset_runs = DatasetRunStore(database, stamp)
        user_notices = UserNotices(workspaces, response_urls)
        notices = JobNotices(user_notices, dataset_runs)
        job_handlers: dict[type[Job], Handler] = {}  # filled below: handlers need the services, which need the worker
        worker = Worker(
            job_store, job_handlers, notices.apologise, notices.notify_delay, timeouts, metrics, config.spans
        )
        services = Services(
            current_catalog=current_catalog,
            estimates=estimates,
            watches=watches,
            audit=audit,
            lookups=lookups,
            workspaces=workspaces,
            job_store=job_store,
            worker=worker,
            dataset_runs=dataset_runs,
            thread_messages=ThreadMessageStore(database, stamp),
            defaults_store=defaults,
            budgets=budgets,
            rates=rates,
            actuals=actuals,
            opener=opener,
            response_urls=response_urls,
            notices=user_notices,
            roles=roles,
            rate_limit=rate_limit,
            personal_data=PersonalData(database, stamp),
            computing=computing,
            today=today,
        )
        scheduled = ScheduledJobs(services, watches, prices, config.retention, today)
        job_handlers |= handlers(services, downloads, scheduled, config.file_counter)
        scheduler = Scheduler(worker, prices, clock, timeouts.look)
        slack = slack_app(services, config.slack_api_url, metrics, config.spans)
        connection = Connection()
        probes = Probes(database, workspaces, worker, metrics, connection)
        routes = web_routes(slack, config.signing_secret, probes, install)
        stack.callback(computing.close)
        app = App(slack, routes, worker, workspaces, connection, scheduler, metrics, services)
        await prices.catch_up()
        try:
            yield app
        finally:
            await scheduler.close()
            await worker.close()
            await asyncio.to_thread(config.spans.close)

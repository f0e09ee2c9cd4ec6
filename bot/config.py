"""The configuration of one bot: everything that is fixed at start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.actuals.billing_http import Addresses
from bot.counting.parent import FileCounter
from bot.prices.current_catalog import RefreshPlan
from bot.settings import Settings, SettingsError
from bot.slack.oauth import OAuth
from bot.store import Retention, read_keys
from bot.telemetry.spans import SentSpans, Spans
from bot.timeouts import Timeouts
from bot.web.rate_limit import RateAllowance
from pricing import BaseModels, Catalog, load_catalog
from pricing.refresh import load_feeds

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

REFRESH_DAYS = {"daily": 1, "weekly": 7}


@dataclass(frozen=True)
class Config:
    """What a bot needs to know before it starts. The defaults leave the optional features off."""

    access: str | OAuth
    """The bot token of a single workspace, or the credentials by which workspaces install the app."""
    signing_secret: str | None
    """None in Socket Mode: no HTTP request from Slack is served."""
    slack_api_url: str
    """Ends in a slash, as `https://slack.com/api/`."""
    allowance: RateAllowance = RateAllowance()  # noqa: RUF009 - frozen
    admins: Collection[str] = ()
    """Ids of users who count as admins, besides the workspace's own."""
    rates_url: str | None = None
    """Where the ECB publishes its exchange rates; None leaves amounts in dollars unless a rate is set."""
    encryption_keys: MultiFernet | None = None
    """For the platforms' billing keys, which can't be stored without it."""
    addresses: Addresses = Addresses()  # noqa: RUF009 - frozen
    """The platforms' billing APIs."""
    refresh: RefreshPlan | None = None
    """How prices are kept up to date; None leaves the catalogue as it was loaded."""
    proxy: str | None = None
    """The HTTP proxy for all outgoing requests."""
    retention: Retention = Retention()  # noqa: RUF009 - frozen
    spans: Spans = Spans()  # noqa: RUF009 - without state
    """Takes the spans for OpenTelemetry, and drops them by default."""
    timeouts: Timeouts = Timeouts()  # noqa: RUF009 - frozen
    file_counter: FileCounter | None = None
    """Counts the training files; None means in processes of their own."""


def config_from(settings: Settings, catalog: Catalog, timeouts: Timeouts = Timeouts()) -> Config:  # noqa: B008 - frozen
    """Return the configuration for serving Slack.

    Args:
        settings: The environment, with Slack credentials.
        catalog: The prices that were loaded at start; a price refresh keeps their base models.
        timeouts: Shorter ones make tests fast.

    Raises:
        SettingsError: A credential is missing. The text names the variable.
    """
    in_socket_mode = settings.mode == "socket"
    return Config(
        access=_access(settings),
        signing_secret=None if in_socket_mode else secret_of(settings.slack_signing_secret),
        slack_api_url=settings.slack_api_url,
        allowance=settings.allowance,
        admins=settings.admins,
        rates_url=settings.rates_url,
        encryption_keys=encryption_keys(settings),
        refresh=refresh_plan(settings, catalog),
        proxy=settings.proxy,
        retention=settings.retention,
        spans=_spans(settings.traces_endpoint),
        timeouts=timeouts,
    )


def _spans(endpoint: str | None) -> Spans:
    """Return the spans for a collector; without an address they are dropped. Raises SettingsError without the extra."""
    if endpoint is None:
        return Spans()
    try:
        return SentSpans(endpoint)
    except ModuleNotFoundError:
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT needs the extra: pip install 'ftcost[traces]'.") from None


def encryption_keys(settings: Settings) -> MultiFernet | None:
    """Return the keys that encrypt tokens; None when none are set."""
    return read_keys(secret_of(settings.encryption_keys)) if settings.encryption_keys else None


def secret_of(value: SecretStr | None) -> str:
    """Return a credential's text. Raises SettingsError when it is missing."""
    if value is None:
        raise SettingsError("A Slack credential is missing.")
    return value.get_secret_value()


def refresh_plan(settings: Settings, catalog: Catalog) -> RefreshPlan | None:
    """Return how often prices are refreshed, and from which feeds; None when refreshing is off."""
    if settings.refresh == "off":
        return None
    return RefreshPlan(
        interval_days=REFRESH_DAYS[settings.refresh],
        feeds={name: feed for name, feed in load_feeds().items() if feed.scheduled},
        keys=settings.feed_keys,
        load=partial(_load_with_refreshed, settings.prices_dir, catalog.base_models),
        proxy=settings.proxy,
    )


def _load_with_refreshed(prices_dir: Path | None, base_models: BaseModels, refreshed_dir: Path) -> Catalog:
    return load_catalog(prices_dir, refreshed_dir=refreshed_dir, base_models=base_models)


def _access(settings: Settings) -> str | OAuth:
    if settings.mode != "oauth":
        return secret_of(settings.slack_bot_token)
    keys = read_keys(secret_of(settings.encryption_keys))
    return OAuth(settings.slack_client_id or "", secret_of(settings.slack_client_secret), keys, settings.look_back)

"""Start: `python -m bot`. Serves one workspace over Socket Mode or HTTP, all that install the app over HTTP, or the
playground where there are no credentials. `new-key` prints a key for FTCOST_ENCRYPTION_KEYS; `rotate-keys` encrypts
every token with the newest.
"""

from __future__ import annotations

import gc

if __name__ == "__main__":
    gc.disable()  # until all is there: looking for garbage among what is just being imported takes a sixth of the start

import asyncio
import logging
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvloop
from aiohttp import web
from cryptography.fernet import Fernet, MultiFernet
from prometheus_client import CollectorRegistry, ProcessCollector
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_app
from bot.errors import error_of
from bot.prices.current_catalog import RefreshPlan
from bot.settings import Settings, SettingsError, forget_secrets, read_settings
from bot.slack.oauth import INSTALL_PATH, OAuth
from bot.store import Audit, Database, DatabaseUnavailable, Installations, ProviderKeys, open_database, read_keys
from bot.telemetry.logs import start_logging
from bot.timeouts import Timeouts
from pricing import BaseModels, Catalog, PriceFileError, load_catalog
from pricing.refresh import load_feeds

log = logging.getLogger("bot")

EVERY_DAYS = {"daily": 1, "weekly": 7}


def main(arguments: Sequence[str]) -> int:
    """Run until SIGTERM or Ctrl-C. Exit code 2 where a setting or a price file cannot be used."""
    if list(arguments) == ["new-key"]:
        print(Fernet.generate_key().decode())
        return 0
    if arguments and list(arguments) != ["rotate-keys"]:
        print("usage: python -m bot [new-key | rotate-keys]", file=sys.stderr)
        return 2
    try:
        settings = read_settings()
        forget_secrets()
        start_logging(settings.log, settings.secrets)
        log.debug("mode %s", settings.mode)  # incomplete credentials are said before anything starts
        if arguments:
            asyncio.run(rotate_keys(settings))
            return 0
        catalog = load_catalog(settings.prices_dir)
        uvloop.run(serve(settings, catalog))
    except (SettingsError, PriceFileError) as error:
        print(error, file=sys.stderr)
        return 2
    except DatabaseUnavailable as error:
        print(f"FTCOST_DATABASE_URL: {error}", file=sys.stderr)
        return 1
    except CannotListen as error:
        print(
            f"Cannot listen on {settings.host}:{settings.port}: {error}. Set FTCOST_PORT to a free port.",
            file=sys.stderr,
        )
        return 1
    except SlackApiError as error:
        print(f"Slack does not let ftcost in: {error_of(error)}. Check SLACK_APP_TOKEN.", file=sys.stderr)
        return 1
    except OSError as error:  # a folder that cannot be made, a Slack that cannot be reached
        print(f"ftcost cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def rotate_keys(settings: Settings) -> None:
    """Encrypt every token and every platform's key with the newest key. May be done while the bot runs."""
    keys = _encryption_keys(settings)
    if keys is None:
        raise SettingsError("FTCOST_ENCRYPTION_KEYS is missing; without it nothing is kept encrypted.")
    database = await open_database(settings.database)
    try:
        tokens = await Installations(settings.slack_client_id or "", database, keys).rotate()
        kept = await ProviderKeys(database, keys, _now, Audit(database, _now)).rotate()
    finally:
        await database.close()
    print(f"{tokens} tokens and {kept} keys of platforms are encrypted with the newest key.")


async def serve(settings: Settings, catalog: Catalog, pace: Timeouts = Timeouts()) -> None:  # noqa: B008 - frozen
    """Start everything, say where it is, wait for the signal to stop, stop in order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        door = _door(settings.host, settings.port)
        base_url = f"http://{settings.host}:{door.getsockname()[1]}"
        database = await open_database(settings.database)
        stack.push_async_callback(database.close)
        if settings.mode == "playground":
            where = await _play(base_url, door, catalog, database, stack, settings.rates_url)
        else:
            where = await _serve_slack(settings, pace, base_url, door, catalog, database, stack)
        gc.freeze()  # what is there lives as long as the process, or nearly: no collection needs to look at it
        gc.enable()
        print(where, flush=True)
        await stop.wait()
        log.info("stopping: finishing what was accepted")


class CannotListen(Exception):
    """The port is taken, or the address is not of this machine. The text says which of them."""


def _door(host: str, port: int) -> socket.socket:
    """The port, kept for this process. Nobody can connect before it listens, so that a proxy goes to another replica
    until everything is there.
    """
    door = socket.socket()
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise CannotListen(error.strerror or str(error)) from error
    return door


async def _serve_slack(
    settings: Settings,
    pace: Timeouts,
    base_url: str,
    door: socket.socket,
    catalog: Catalog,
    database: Database,
    stack: AsyncExitStack,
) -> str:
    """A real workspace, over Socket Mode or HTTP."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)  # memory, CPU and open files of this process
    in_socket_mode = settings.mode == "socket"
    app = await stack.enter_async_context(
        build_app(
            catalog,
            database,
            access=_access(settings),
            signing_secret=None if in_socket_mode else _secret(settings.slack_signing_secret),
            slack_api_url=settings.slack_api_url,
            refresh=refresh_plan(settings, catalog),
            pace=pace,
            registry=registry,
            allowance=settings.allowance,
            admins=settings.admins,
            rates_url=settings.rates_url,
            encryption_keys=_encryption_keys(settings),
            proxy=settings.proxy,
        )
    )
    await app.workspaces.fault()
    if in_socket_mode:
        client = AsyncWebClient(base_url=settings.slack_api_url, proxy=settings.proxy)
        handler = AsyncSocketModeHandler(app.slack, _secret(settings.slack_app_token), web_client=client)
        app.connection.is_up = handler.client.is_connected
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call]
    await _listen(app.web, door, stack)
    await app.worker.resume()
    app.scheduler.start()
    how = "Socket Mode" if in_socket_mode else f"HTTP at {base_url}/slack/events"
    if settings.mode == "oauth":
        how += f", for the workspaces that install the app at {base_url}{INSTALL_PATH}"
    return f"Serving Slack over {how}. Health at {base_url}/healthz and {base_url}/readyz. Ctrl-C stops."


def refresh_plan(settings: Settings, catalog: Catalog) -> RefreshPlan | None:
    """How prices are kept fresh; None where that is off."""
    if settings.refresh == "off":
        return None
    return RefreshPlan(
        every_days=EVERY_DAYS[settings.refresh],
        feeds={name: feed for name, feed in load_feeds().items() if feed.scheduled},
        keys=settings.feed_keys,
        load=partial(_with_refreshed, settings.prices_dir, catalog.base_models),
        proxy=settings.proxy,
    )


def _with_refreshed(prices_dir: Path | None, base_models: BaseModels, refreshed_dir: Path) -> Catalog:
    return load_catalog(prices_dir, refreshed_dir=refreshed_dir, base_models=base_models)


async def _play(
    base_url: str,
    door: socket.socket,
    catalog: Catalog,
    database: Database,
    stack: AsyncExitStack,
    rates_url: str | None,
) -> str:
    """The playground: the same bot, and a local Slack on the same port."""
    from playground import FakeSlack

    slack = FakeSlack(
        signing_secret=secrets.token_hex(16),
        bot_token=f"xoxb-{secrets.token_hex(16)}",
        base_url=base_url,
        events_url=f"{base_url}/slack/events",
    )
    app = await stack.enter_async_context(
        build_app(
            catalog,
            database,
            access=slack.bot_token,
            signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            rates_url=rates_url,
        )
    )
    slack.add_routes(app.web)
    await _listen(app.web, door, stack)
    # What waits from a former run belongs to a channel that ended with it: the playground's messages live in memory.
    await app.worker.resume(only_own=True)
    return f"No Slack credentials: this is the playground. Open {base_url}  (Ctrl-C stops)"


async def _listen(app: web.Application, door: socket.socket, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.SockSite(runner, door).start()
    except OSError as error:  # somebody was quicker
        raise CannotListen(error.strerror or str(error)) from error


def _access(settings: Settings) -> str | OAuth:
    """By what the bot speaks: one workspace's token, or the app's credentials."""
    if settings.mode != "oauth":
        return _secret(settings.slack_bot_token)
    keys = read_keys(_secret(settings.encryption_keys))
    return OAuth(settings.slack_client_id or "", _secret(settings.slack_client_secret), keys, settings.look_back)


def _encryption_keys(settings: Settings) -> MultiFernet | None:
    return read_keys(_secret(settings.encryption_keys)) if settings.encryption_keys else None


def _now() -> datetime:
    """UTC, as the database has it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _secret(value: SecretStr | None) -> str:
    if value is None:
        raise SettingsError("a Slack credential is missing")
    return value.get_secret_value()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

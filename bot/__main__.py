"""Start: `python -m bot`. Serves one workspace over Socket Mode or HTTP, all that install the app over HTTP, or the
playground where there are no credentials. `new-key` prints a key for FTCOST_ENCRYPTION_KEYS; `rotate-keys` encrypts
every token with the newest.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import uvloop
from aiohttp import web
from cryptography.fernet import Fernet
from prometheus_client import ProcessCollector
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_app
from bot.config import Config, config_from, encryption_keys, secret_of
from bot.errors import error_of
from bot.settings import Settings, SettingsError, forget_secrets, read_settings
from bot.slack.oauth import INSTALL_PATH
from bot.store import Audit, Database, DatabaseUnavailable, Installations, ProviderKeys, open_database
from bot.telemetry.logs import start_logging
from bot.timeouts import Timeouts
from pricing import Catalog, PriceFileError, load_catalog

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
    keys = encryption_keys(settings)
    if keys is None:
        raise SettingsError("FTCOST_ENCRYPTION_KEYS is missing; without it nothing is kept encrypted.")
    database = await open_database(settings.database)
    try:
        tokens = await Installations(settings.slack_client_id or "", database, keys).rotate()
        kept = await ProviderKeys(database, keys, _now, Audit(database, _now)).rotate()
    finally:
        await database.close()
    print(f"{tokens} tokens and {kept} keys of platforms are encrypted with the newest key.")


async def serve(settings: Settings, catalog: Catalog, timeouts: Timeouts = Timeouts()) -> None:  # noqa: B008 - frozen
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
            where = await _serve_slack(settings, timeouts, base_url, door, catalog, database, stack)
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
    timeouts: Timeouts,
    base_url: str,
    door: socket.socket,
    catalog: Catalog,
    database: Database,
    stack: AsyncExitStack,
) -> str:
    """A real workspace, over Socket Mode or HTTP."""
    config = config_from(settings, catalog, timeouts)
    app = await stack.enter_async_context(build_app(config, catalog, database))
    ProcessCollector(registry=app.metrics.registry)  # memory, CPU and open files of this process
    await app.workspaces.fault()
    in_socket_mode = settings.mode == "socket"
    if in_socket_mode:
        client = AsyncWebClient(base_url=settings.slack_api_url, proxy=settings.proxy)
        handler = AsyncSocketModeHandler(app.slack, secret_of(settings.slack_app_token), web_client=client)
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
    config = Config(
        access=slack.bot_token, signing_secret=slack.signing_secret, slack_api_url=slack.api_url, rates_url=rates_url
    )
    app = await stack.enter_async_context(build_app(config, catalog, database))
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


def _now() -> datetime:
    """UTC, as the database has it."""
    return datetime.now(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

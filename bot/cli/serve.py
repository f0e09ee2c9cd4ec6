"""`ftcost serve`: start the bot."""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

import uvloop
from aiohttp import web
from prometheus_client import ProcessCollector
from slack_sdk.errors import SlackApiError

from bot.app import build_app
from bot.config import Config, config_from, secret_of
from bot.errors import error_of
from bot.settings import Settings, SettingsError, forget_secrets, read_settings
from bot.slack import profile
from bot.slack.connections import connection_client
from bot.slack.oauth import INSTALL_PATH
from bot.store import Database, DatabaseUnavailable, open_database
from bot.telemetry.logs import start_logging
from bot.timeouts import Timeouts
from pricing import Catalog, PriceFileError, load_catalog

log = logging.getLogger("bot")

_DESCRIPTION = (
    "Start the bot: for one workspace over Socket Mode or HTTP, for all workspaces that install the app over HTTP, "
    "or as the playground when no credentials are set. .env.example lists the settings."
)


def run(_: str, arguments: Sequence[str]) -> int:
    """Run `ftcost serve` until SIGTERM or Ctrl-C.

    Returns:
        The exit code: 0 after a stop, 1 if the bot can't start, 2 for an invalid setting or price file.
    """
    argparse.ArgumentParser(prog="ftcost serve", description=_DESCRIPTION).parse_args(arguments)
    try:
        settings = read_settings()
        forget_secrets()
        start_logging(settings.log, settings.secrets)
        log.debug("mode %s", settings.mode)  # raises for incomplete credentials before anything starts
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
            f"Can't listen on {settings.host}:{settings.port}: {error}. Set FTCOST_PORT to a free port.",
            file=sys.stderr,
        )
        return 1
    except SlackApiError as error:
        print(f"Slack refused the connection: {error_of(error)}. Check SLACK_APP_TOKEN.", file=sys.stderr)
        return 1
    except OSError as error:  # a folder that can't be created, or an unreachable Slack
        print(f"ftcost can't start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def serve(settings: Settings, catalog: Catalog, timeouts: Timeouts = Timeouts()) -> None:  # noqa: B008 - frozen
    """Start the bot, print its address, wait for the signal to stop, and stop in order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        listener = bind(settings.host, settings.port)
        base_url = f"http://{settings.host}:{listener.getsockname()[1]}"
        database = await open_database(settings.database)
        stack.push_async_callback(database.close)
        if settings.mode == "playground":
            message = await _play(base_url, listener, catalog, database, stack, settings.rates_url)
        else:
            message = await _serve_slack(settings, timeouts, base_url, listener, catalog, database, stack)
        print(message, flush=True)
        await stop.wait()
        log.info("stopping: finishing the accepted jobs")


class CannotListen(Exception):
    """The port is taken, or the address isn't this machine's. The text says which."""


def bind(host: str, port: int) -> socket.socket:
    """Bind the port for this process without listening, so that a proxy uses another replica until the bot is ready."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotListen(error.strerror or str(error)) from error
    return listener


async def _serve_slack(
    settings: Settings,
    timeouts: Timeouts,
    base_url: str,
    listener: socket.socket,
    catalog: Catalog,
    database: Database,
    stack: AsyncExitStack,
) -> str:
    """Serve Slack over Socket Mode or HTTP, and return the message that says so."""
    config = config_from(settings, catalog, timeouts)
    app = await stack.enter_async_context(build_app(config, catalog, database))
    ProcessCollector(registry=app.metrics.registry)  # memory, CPU and open files of this process
    await app.workspaces.fault()
    in_socket_mode = settings.mode == "socket"
    if in_socket_mode:
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

        client = connection_client(settings.slack_api_url, settings.proxy)
        handler = AsyncSocketModeHandler(app.slack, secret_of(settings.slack_app_token), web_client=client)
        app.connection.is_up = handler.client.is_connected
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call]
    await _listen(app.web, listener, stack, timeouts)
    await app.worker.resume()
    app.scheduler.start()
    transport = "Socket Mode" if in_socket_mode else f"HTTP at {base_url}/slack/events"
    if settings.mode == "oauth":
        transport += f", for the workspaces that install the app at {base_url}{INSTALL_PATH}"
    return f"Serving Slack over {transport}. Health at {base_url}/healthz and {base_url}/readyz. Ctrl-C stops."


async def _play(
    base_url: str,
    listener: socket.socket,
    catalog: Catalog,
    database: Database,
    stack: AsyncExitStack,
    rates_url: str | None,
) -> str:
    """Serve the bot and a local Slack on the same port, and return the message that says so."""
    from playground import FakeSlack

    slack = FakeSlack(
        app_name=profile.APP_NAME,
        commands=profile.COMMANDS,
        shortcuts=profile.SHORTCUTS,
        messages_tab=profile.MESSAGES_TAB,
        example=profile.EXAMPLE,
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
    await _listen(app.web, listener, stack, config.timeouts)
    # Jobs of an earlier run belong to channels that ended with it: the playground keeps its messages in memory.
    await app.worker.resume(only_own=True)
    return f"No Slack credentials: this is the playground. Open {base_url}  (Ctrl-C stops)"


async def _listen(app: web.Application, listener: socket.socket, stack: AsyncExitStack, timeouts: Timeouts) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0, keepalive_timeout=timeouts.idle)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.SockSite(runner, listener).start()
    except OSError as error:  # another process was faster
        raise CannotListen(error.strerror or str(error)) from error

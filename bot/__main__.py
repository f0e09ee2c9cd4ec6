"""Start: `python -m bot`. Serves a workspace over Socket Mode or HTTP, or the playground where there are no
credentials.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import signal
import socket
import sys
from contextlib import AsyncExitStack

import uvloop
from aiohttp import web
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.app import build_app
from bot.settings import Settings, SettingsError, read_settings
from bot.store import Database, DatabaseUnavailable, open_database
from pricing import Catalog, PriceFileError, load_catalog

log = logging.getLogger("bot")


def main() -> int:
    """Run until SIGTERM or Ctrl-C. Exit code 2 where a setting or a price file cannot be used."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("slack_bolt").setLevel(logging.WARNING)
    try:
        settings = read_settings()
        log.debug("mode %s", settings.mode)  # incomplete credentials are said before anything starts
        catalog = load_catalog(settings.prices_dir)
        uvloop.run(serve(settings, catalog))
    except (SettingsError, PriceFileError) as error:
        print(error, file=sys.stderr)
        return 2
    except DatabaseUnavailable as error:
        print(f"FTCOST_DATABASE_URL: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. "
            "Set FTCOST_PORT to a free port.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def serve(settings: Settings, catalog: Catalog) -> None:
    """Start everything, say where it is, wait for the signal to stop, stop in order."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gc.freeze()  # the catalogue lives as long as the process: no collection needs to look at it again
    async with AsyncExitStack() as stack:
        door = socket.create_server((settings.host, settings.port))
        base_url = f"http://{settings.host}:{door.getsockname()[1]}"
        database = await open_database(settings.database)
        stack.push_async_callback(database.close)
        if settings.mode == "playground":
            where = await _play(base_url, door, catalog, database, stack)
        else:
            where = await _serve_slack(settings, base_url, door, catalog, database, stack)
        print(where, flush=True)
        await stop.wait()
        log.info("stopping: finishing what was accepted")


async def _serve_slack(
    settings: Settings, base_url: str, door: socket.socket, catalog: Catalog, database: Database, stack: AsyncExitStack
) -> str:
    """A real workspace, over Socket Mode or HTTP."""
    in_socket_mode = settings.mode == "socket"
    app = await stack.enter_async_context(
        build_app(
            catalog,
            database,
            bot_token=_secret(settings.slack_bot_token),
            signing_secret=None if in_socket_mode else _secret(settings.slack_signing_secret),
            slack_api_url=settings.slack_api_url,
        )
    )
    await app.identity.find()
    if in_socket_mode:
        handler = AsyncSocketModeHandler(app.slack, _secret(settings.slack_app_token), web_client=app.client)
        app.connection.is_up = handler.client.is_connected
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call]
    await _listen(app.web, door, stack)
    await app.worker.resume()
    how = "Socket Mode" if in_socket_mode else f"HTTP at {base_url}/slack/events"
    return f"Serving Slack over {how}. Health at {base_url}/healthz and {base_url}/readyz. Ctrl-C stops."


async def _play(base_url: str, door: socket.socket, catalog: Catalog, database: Database, stack: AsyncExitStack) -> str:
    """The playground: the same bot, and a local Slack on the same port."""
    from bot.playground import FakeSlack

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
            bot_token=slack.bot_token,
            signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
        )
    )
    slack.add_routes(app.web)
    await _listen(app.web, door, stack)
    # What waits from a former run belongs to a channel that ended with it: the playground's messages live in memory.
    return f"No Slack credentials: this is the playground. Open {base_url}  (Ctrl-C stops)"


async def _listen(app: web.Application, door: socket.socket, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, door).start()


def _secret(value: SecretStr | None) -> str:
    if value is None:
        raise SettingsError("a Slack credential is missing")
    return value.get_secret_value()


if __name__ == "__main__":
    sys.exit(main())

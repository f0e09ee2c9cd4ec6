"""FakeSlack: one strict local Slack, for the tests and for the page in a browser."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from playground.page.server import PAGE_DIRECTORY, Page
from playground.people.delivery import ACK_SECONDS, Delivery
from playground.people.people import People
from playground.rules.node import Json
from playground.rules.refusal import Violation
from playground.web_api.server import Failure, WebApi
from playground.workspace.entities import (
    BOT_USER,
    COLLEAGUE,
    DEFAULT_EVENTS,
    DEFAULT_SCOPES,
    FINANCE,
    GENERAL,
    IM,
    RANDOM,
    TEAM,
    YOU,
    ApiCall,
)
from playground.workspace.views import ViewStacks
from playground.workspace.workspace import Workspace

T = TypeVar("T")

DEFAULT_COMMANDS: tuple[Json, ...] = (
    {
        "command": "/ftcost",
        "usage_hint": "[help | models | price | list | show | watch | actual | key=value …]",
        "description": "What fine-tuning will cost",
    },
)
DEFAULT_SHORTCUTS: tuple[Json, ...] = (
    {"callback_id": "ftcost_from_message", "name": "Estimate fine-tuning", "type": "message"},
)


class FakeSlack(People):
    """A workspace, its Web API, its people and its page.

    `now` is the workspace's clock (triggers, response URLs, time stamps). `wall_clock` dates the signatures, which the
    bot compares with its own clock. Serve it with `start()`, or mount it on an application with `add_routes()`.
    """

    you = YOU
    colleague = COLLEAGUE
    bot_user = BOT_USER
    general = GENERAL
    random = RANDOM
    finance = FINANCE
    im = IM

    def __init__(
        self,
        *,
        signing_secret: str = "playground-signing-secret",  # noqa: S107 - signs nothing outside this process
        bot_token: str = "xoxb-playground",  # noqa: S107
        clock: Callable[[], float] = time.time,
        wall_clock: Callable[[], float] = time.time,
        ack_seconds: float = ACK_SECONDS,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        subscribed_events: Iterable[str] = DEFAULT_EVENTS,
        commands: Iterable[Json] = DEFAULT_COMMANDS,
        shortcuts: Iterable[Json] = DEFAULT_SHORTCUTS,
        page_directory: Path = PAGE_DIRECTORY,
        base_url: str = "",
        events_url: str = "",
        team: Mapping[str, str] = TEAM,
        first_id_number: int = 1,
    ) -> None:
        workspace = Workspace(
            clock, set(scopes), set(subscribed_events), base_url.rstrip("/"), dict(team), first_id_number
        )
        views = ViewStacks(workspace)
        delivery = Delivery(signing_secret, wall_clock=wall_clock, ack_seconds=ack_seconds)
        super().__init__(workspace, views, delivery)
        self.signing_secret = signing_secret
        self.bot_token = bot_token
        self.events_url = events_url
        self._web_api = WebApi(workspace, views, bot_token)
        self._page = Page(self, commands=list(commands), shortcuts=list(shortcuts), directory=page_directory)
        self._runner: web.AppRunner | None = None

    # --- serving -----------------------------------------------------------------------------------------------------

    def add_routes(self, app: web.Application) -> None:
        """Mount everything on an application; it ends streams and closes connections with that application."""
        app.router.add_post("/api/response/{key:.+}", self._web_api.handle_response_url)
        app.router.add_post("/api/{method}", self._web_api.handle)
        app.router.add_get("/api/{method}", self._web_api.handle)
        app.router.add_post("/files/upload/{file}", self._web_api.handle_upload)
        app.router.add_get("/files-pri/{file}/download/{name}", self._web_api.handle_download)
        self._page.add_routes(app)

        async def end_streams(_: web.Application) -> None:
            self.workspace.close_streams()

        async def close_delivery(_: web.Application) -> None:
            await self._delivery.close()

        app.on_shutdown.append(end_streams)
        app.on_cleanup.append(close_delivery)

    async def handle_api(self, request: web.Request) -> web.Response:
        """Answer one call of the Web API that another server took in."""
        return await self._web_api.handle(request)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        app = web.Application(client_max_size=64 * 1024**2)
        self.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._delivery.close()

    @property
    def base_url(self) -> str:
        return self.workspace.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.workspace.base_url = url.rstrip("/")

    @property
    def api_url(self) -> str:
        """For `AsyncWebClient(base_url=…)`; it ends with a slash, as the client wants it."""
        return f"{self.base_url}/api/"

    # --- looking -----------------------------------------------------------------------------------------------------

    def messages(self, channel: str = GENERAL, thread_ts: str | None = None) -> list[Json]:
        """The messages at the top level of a channel, or the replies of one thread (without its parent)."""
        posted = self.workspace.posted[channel]
        if thread_ts is None:
            return [m for m in posted if m.get("thread_ts", m["ts"]) == m["ts"]]
        return [m for m in posted if m.get("thread_ts") == thread_ts and m["ts"] != thread_ts]

    def ephemerals(self, user: str = YOU) -> list[Json]:
        return [message for message in self.workspace.hidden if message["to"] == user]

    @property
    def views(self) -> list[Json]:
        """The open modals, the topmost last."""
        return self.view_stacks.all_open()

    @property
    def homes(self) -> dict[str, Json]:
        return self.view_stacks.homes

    @property
    def files(self) -> list[Json]:
        return [file.wire() for file in self.workspace.uploads.values() if file.shared]

    def file_content(self, file_id: str) -> bytes:
        return self.workspace.uploads[file_id].content or b""

    @property
    def calls(self) -> list[ApiCall]:
        return self.workspace.calls

    @property
    def violations(self) -> list[Violation]:
        return self.workspace.violations

    @property
    def warnings(self) -> list[str]:
        return self.workspace.warnings

    @property
    def pings(self) -> list[str]:
        return self.workspace.pings

    @property
    def scopes(self) -> set[str]:
        return self.workspace.scopes

    @property
    def subscribed_events(self) -> set[str]:
        return self.workspace.subscribed_events

    # --- waiting and failing -----------------------------------------------------------------------------------------

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 20.0) -> T:  # noqa: ASYNC109
        """Wait until something is true (looked at after every change) and return it."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self.workspace.next_change()
        except TimeoutError:
            raise AssertionError(f"nothing came within {timeout} s; refused so far: {self.violations}") from None
        return found

    def fail_next(
        self,
        method: str,
        error: str = "ratelimited",
        *,
        status: int | None = None,
        retry_after: int | None = None,
        times: int = 1,
        executed: bool = False,
    ) -> None:
        """Let the next calls of an API method fail; `ratelimited` is a 429 with Retry-After. `executed`: it is
        carried out, and only the answer is a failure.
        """
        self._web_api.fail_next(method, error, status=status, retry_after=retry_after, times=times, executed=executed)

    @property
    def choose_failure(self) -> Callable[[str], Failure | None]:
        """What goes wrong by chance, asked at every call."""
        return self._web_api.choose_failure

    @choose_failure.setter
    def choose_failure(self, choose_failure: Callable[[str], Failure | None]) -> None:
        self._web_api.choose_failure = choose_failure

    @property
    def waiting_calls(self) -> list[str]:
        """The API methods whose calls wait at this moment because of `delay_next`."""
        return self._web_api.waiting_calls

    def delay_next(self, method: str, until: asyncio.Event) -> None:
        """Let the next call of an API method wait for an event."""
        self._web_api.delay_next(method, until)

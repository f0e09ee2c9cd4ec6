"""One strict local Slack: a workspace, its Web API, its people and its page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from aiohttp import web

from playground.page.server import STATIC_DIRECTORY, Page
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

DEFAULT_COMMANDS: tuple[Mapping[str, str], ...] = ({"command": "/app", "description": "The app's command"},)


class FakeSlack(People):
    """A local Slack with one app installed.

    Serve it on a port of its own with `start()`, or mount it on your aiohttp application with `add_routes()`.
    What people do is a method (`command`, `say`, `click`, `submit_view`, …) that sends one signed request to the app.

    Args:
        app_name: The app's display name; people mention it as `@app_name` on the page.
        commands: The app's slash commands, as an app manifest lists them: `command`, `description`, `usage_hint`.
        shortcuts: The app's shortcuts, as an app manifest lists them: `name`, `type`, `callback_id`.
        example: A command line that the page offers in an empty channel.
        signing_secret: The secret that requests to the app are signed with.
        bot_token: The only token that the Web API accepts.
        events_url: The app's endpoint for commands, interactions and events. Default: `/slack/events` on this server.
        base_url: This server's address, without a path. `start()` sets it.
        clock: The workspace's clock, in seconds since 1970, for triggers, response URLs and time stamps.
        wall_clock: The clock that dates signatures. The app compares it with its own, so tests shouldn't move it.
        ack_seconds: How long the app may take to answer a request. Slack waits three seconds.
        scopes: The scopes of the app's token. Change `scopes` later to add or remove some.
        subscribed_events: The events that the app subscribes to, by their names in a manifest.
        messages_tab: Whether people may write to the app directly: the manifest's `messages_tab_enabled` without
            `messages_tab_read_only_enabled`.
        team: The workspace's `id`, `name` and `domain`.
        first_id_number: The number in the first generated id. Give two workspaces different ranges.
        page_directory: The directory of the page's static files.
    """

    you = YOU
    colleague = COLLEAGUE
    bot_user = BOT_USER
    general = GENERAL
    random = RANDOM
    finance = FINANCE
    im = IM

    def __init__(  # noqa: PLR0913 - keyword-only settings with defaults
        self,
        *,
        app_name: str = "app",
        commands: Iterable[Mapping[str, str]] = DEFAULT_COMMANDS,
        shortcuts: Iterable[Mapping[str, str]] = (),
        example: str = "",
        signing_secret: str = "playground-signing-secret",  # noqa: S107 - signs nothing outside this process
        bot_token: str = "xoxb-playground",  # noqa: S107
        events_url: str = "",
        base_url: str = "",
        clock: Callable[[], float] = time.time,
        wall_clock: Callable[[], float] = time.time,
        ack_seconds: float = ACK_SECONDS,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        subscribed_events: Iterable[str] = DEFAULT_EVENTS,
        messages_tab: bool = True,
        team: Mapping[str, str] = TEAM,
        first_id_number: int = 1,
        page_directory: Path = STATIC_DIRECTORY,
    ) -> None:
        workspace = Workspace(
            clock,
            app_name,
            commands=[dict(command) for command in commands],
            shortcuts=[dict(shortcut) for shortcut in shortcuts],
            scopes=set(scopes),
            subscribed_events=set(subscribed_events),
            messages_tab=messages_tab,
            base_url=base_url.rstrip("/"),
            team=dict(team),
            first_id_number=first_id_number,
        )
        views = ViewStacks(workspace)
        delivery = Delivery(signing_secret, wall_clock=wall_clock, ack_seconds=ack_seconds)
        super().__init__(workspace, views, delivery)
        self.signing_secret = signing_secret
        self.events_url = events_url
        self._web_api = WebApi(workspace, views, bot_token)
        self._page = Page(self, example=example, directory=page_directory)
        self._runner: web.AppRunner | None = None

    # --- serving -----------------------------------------------------------------------------------------------------

    def add_routes(self, app: web.Application) -> None:
        """Mount the Web API and the page on an application.

        Streams end and connections close when the application shuts down.

        Args:
            app: An aiohttp application that hasn't started yet.
        """
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
        """Answer a Web API call that another server received."""
        return await self._web_api.handle(request)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve the Web API and the page on a server of their own, and set `base_url`.

        Args:
            host: The address to listen on.
            port: The port to listen on; 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        app = web.Application(client_max_size=64 * 1024**2)
        self.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop the server that `start()` started, and close the connections to the app."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._delivery.close()

    @property
    def base_url(self) -> str:
        """The server's address, without a trailing slash."""
        return self.workspace.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self.workspace.base_url = url.rstrip("/")

    @property
    def bot_token(self) -> str:
        """The only token that the Web API accepts; a new one takes effect at the next call."""
        return self._web_api.token

    @bot_token.setter
    def bot_token(self, token: str) -> None:
        self._web_api.token = token

    @property
    def api_url(self) -> str:
        """The address for `AsyncWebClient(base_url=…)`, with the trailing slash that the client expects."""
        return f"{self.base_url}/api/"

    # --- reading the workspace ---------------------------------------------------------------------------------------

    def messages(self, channel: str = GENERAL, thread_ts: str | None = None) -> list[Json]:
        """Return a channel's messages.

        Args:
            channel: The channel's id.
            thread_ts: Time stamp of a parent message, to get its replies instead.

        Returns:
            The messages outside threads, or the replies of that thread without its parent; the oldest first.
        """
        posted = self.workspace.posted[channel]
        if thread_ts is None:
            return [m for m in posted if m.get("thread_ts", m["ts"]) == m["ts"]]
        return [m for m in posted if m.get("thread_ts") == thread_ts and m["ts"] != thread_ts]

    def ephemerals(self, user: str = YOU) -> list[Json]:
        """Return the messages that only this user sees, in all channels."""
        return [message for message in self.workspace.hidden if message["to"] == user]

    @property
    def views(self) -> list[Json]:
        """The open modals of all users, the topmost last."""
        return self.view_stacks.all_open()

    @property
    def homes(self) -> dict[str, Json]:
        """The published Home tabs, by user id."""
        return self.view_stacks.homes

    @property
    def files(self) -> list[Json]:
        """The shared files, as the Web API describes them."""
        return [file.to_json() for file in self.workspace.uploads.values() if file.shared]

    def file_content(self, file_id: str) -> bytes:
        """Return a file's bytes, empty before its upload."""
        return self.workspace.uploads[file_id].content or b""

    @property
    def calls(self) -> list[ApiCall]:
        """The app's Web API calls so far, refused ones included."""
        return self.workspace.calls

    @property
    def violations(self) -> list[Violation]:
        """The calls and answers of the app that Slack would have refused."""
        return self.workspace.violations

    @property
    def warnings(self) -> list[str]:
        """The warnings in answers to the app, such as `missing_text_in_message`."""
        return self.workspace.warnings

    @property
    def pings(self) -> list[str]:
        """The users, groups and channels that the app's messages notified."""
        return self.workspace.pings

    @property
    def scopes(self) -> set[str]:
        """The scopes of the app's token; changes take effect at the next call."""
        return self.workspace.scopes

    @property
    def subscribed_events(self) -> set[str]:
        """The events that the app receives; changes take effect at the next event."""
        return self.workspace.subscribed_events

    # --- waiting and faults ------------------------------------------------------------------------------------------

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 60.0) -> T:  # noqa: ASYNC109
        """Wait until a condition holds. It is checked after every change in the workspace.

        Args:
            predicate: The condition. Its first true value ends the wait.
            timeout: The longest wait, in seconds.

        Returns:
            The predicate's value.

        Raises:
            AssertionError: The condition didn't hold in time. The text lists the violations so far.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (value := predicate()):
                    await self.workspace.next_change()
        except TimeoutError:
            raise AssertionError(f"nothing came within {timeout} s; violations: {self.violations}") from None
        return value

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
        """Let the next calls of a Web API method fail.

        Args:
            method: The method, such as `chat.postMessage`, or `download` for fetching a file.
            error: Slack's error code.
            status: The HTTP status. Default: 429 for `ratelimited`, otherwise 200.
            retry_after: Seconds in the `Retry-After` header. Default: 1 for `ratelimited`, otherwise no header.
            times: How many calls fail.
            executed: Carry the call out, and let only its answer be a failure.
        """
        self._web_api.fail_next(method, error, status=status, retry_after=retry_after, times=times, executed=executed)

    @property
    def choose_failure(self) -> Callable[[str], Failure | None]:
        """The function that chooses a failure, or None, for each call by its method's name."""
        return self._web_api.choose_failure

    @choose_failure.setter
    def choose_failure(self, function: Callable[[str], Failure | None]) -> None:
        self._web_api.choose_failure = function

    @property
    def waiting_calls(self) -> list[str]:
        """The methods of the calls that `delay_next` holds back at the moment."""
        return self._web_api.waiting_calls

    def delay_next(self, method: str, until: asyncio.Event) -> None:
        """Hold back the next call of a Web API method.

        Args:
            method: The method, or `download` for fetching a file, which stops in the middle of the file.
            until: The event that lets the call go on.
        """
        self._web_api.delay_next(method, until)

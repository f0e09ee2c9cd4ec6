"""The page's server: its files, the workspace's state, a stream of changes, and the actions of the page's user."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web

from playground.page.upload import upload_handler
from playground.people.payloads import escape_text
from playground.people.people import People
from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.workspace.entities import BOT_USER, YOU

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATIC_DIRECTORY = Path(__file__).parent / "static"
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
KEEP_ALIVE_SECONDS = 15.0
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: https:; style-src 'self'; script-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Page:
    """The page's handlers. Its actions are those of `People`, which tests use too."""

    def __init__(self, people: People, *, example: str, directory: Path) -> None:
        self._people = people
        self._workspace = people.workspace
        self._example = example
        self._directory = directory

    def add_routes(self, app: web.Application) -> None:
        """Add the page's routes to an application."""
        reads: dict[str, Handler] = {
            "/": self._index,
            "/playground/static/{file}": self._static,
            "/playground/state": self._state,
            "/playground/events": self._events,
            "/files/{file}/{name}": self._file,
        }
        actions: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "command": self._command,
            "message": self._message,
            "view_submit": self._view_submit,
            "view_close": self._view_close,
            "action": self._action,
            "shortcut": self._shortcut,
            "global_shortcut": self._global_shortcut,
            "options": self._options,
            "home": self._home,
            "assistant": self._assistant,
        }
        app.router.add_post("/playground/upload", self._local_only(upload_handler(self._people)))
        for path, handler in reads.items():
            app.router.add_get(path, self._local_only(handler))
        for name, action in actions.items():
            app.router.add_post(f"/playground/{name}", self._local_only(self._as_json(action)))

    # --- access -----------------------------------------------------------------------------------------------------

    def _local_only(self, handler: Handler) -> Handler:
        """Refuse requests of other sites: a foreign Origin, or a foreign host name (DNS rebinding)."""

        @wraps(handler)
        async def guard(request: web.Request) -> web.StreamResponse:
            if _host_name(request.host) not in LOCAL_HOSTS:
                raise web.HTTPForbidden(text="the playground answers on this machine only")
            origin = request.headers.get("Origin")
            if origin is not None and origin != f"{request.scheme}://{request.host}":
                raise web.HTTPForbidden(text="the playground answers its own page only")
            if not self._workspace.base_url:
                self._workspace.base_url = f"{request.scheme}://{request.host}"
            response = await handler(request)
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return guard

    def _as_json(self, action: Callable[[Json], Awaitable[Json]]) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            # A form of another site can't send this type without a preflight request.
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType(text="send application/json")
            try:
                body = json.loads(await request.text())
                if not isinstance(body, dict):
                    raise ValueError("send a JSON object")
                return web.json_response(await action(body))
            except KeyError as key:
                return web.json_response({"ok": False, "error": f"missing or unknown: {key}"}, status=400)
            except (ValueError, TypeError) as problem:
                return web.json_response({"ok": False, "error": str(problem)}, status=400)
            except Refusal as refusal:
                return web.json_response({"ok": False, "error": refusal.error}, status=400)

        return handler

    # --- reading ----------------------------------------------------------------------------------------------------

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return self._page_file("index.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return self._page_file(request.match_info["file"])

    def _page_file(self, name: str) -> web.StreamResponse:
        # Compared with the directory's entries, so that no name leads out of it.
        for path in self._directory.iterdir():
            if path.name == name and path.is_file():
                return web.FileResponse(path)
        raise web.HTTPNotFound

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self._workspace.uploads.get(request.match_info["file"])
        if file is None or not file.shared or file.content is None or file.name != request.match_info["name"]:
            raise web.HTTPNotFound
        return web.Response(
            body=file.content,
            content_type=file.mimetype,
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"},
        )

    async def _state(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(self.state())

    def state(self) -> Json:
        """Return everything that the page shows to its user."""
        workspace = self._workspace
        channels = [channel for channel in workspace.channels.values() if YOU in channel.members]
        ephemerals = [message for message in workspace.hidden if message["to"] == YOU]
        return {
            "team": workspace.team,
            "me": YOU,
            "bot": BOT_USER,
            "users": [{"id": u.id, "name": u.name, "is_bot": u.is_bot} for u in workspace.users.values()],
            "channels": [
                {
                    "id": channel.id,
                    "name": channel.name,
                    "is_private": channel.kind == "private",
                    "is_im": channel.kind == "im",
                    "is_member": BOT_USER in channel.members,
                }
                for channel in channels
            ],
            "commands": workspace.commands,
            "shortcuts": workspace.shortcuts,
            "example": self._example,
            "messages": {
                channel.id: sorted(
                    [*workspace.posted[channel.id], *(m for m in ephemerals if m["channel"] == channel.id)],
                    key=lambda message: str(message["ts"]),
                )
                for channel in channels
            },
            "views": self._people.view_stacks.stack(YOU),
            "home": self._people.view_stacks.homes.get(YOU),
            "has_home": "app_home_opened" in workspace.subscribed_events,
            "has_assistant": "assistant_thread_started" in workspace.subscribed_events,
            "assistant_threads": [thread.to_json() for thread in workspace.assistant_threads.values()],
            "files": [file.to_json() for file in workspace.uploads.values() if file.shared],
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        stream = self._workspace.open_stream()
        try:
            await response.prepare(request)
            # From here on the page misses no event.
            await response.write(b": open\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(stream.get(), KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    await response.write(b": keep-alive\n\n")
                    continue
                if event is None:
                    break
                if self._is_visible(event):
                    await response.write(f"data: {json.dumps(event)}\n\n".encode())
        except ConnectionResetError:
            pass
        finally:
            self._workspace.close_stream(stream)
        return response

    def _is_visible(self, event: Json) -> bool:
        """Return whether the page's user may see an event. Other users' views and conversations are hidden."""
        message = event.get("message", {})
        channel = self._workspace.channels.get(message.get("channel", ""))
        return (
            event.get("user", YOU) == YOU
            and message.get("to", YOU) == YOU
            and (channel is None or YOU in channel.members)
        )

    # --- actions ----------------------------------------------------------------------------------------------------

    async def _command(self, body: Json) -> Json:
        command, _, text = str(body["text"]).strip().partition(" ")
        if command not in {entry["command"] for entry in self._workspace.commands}:
            return {"ok": False, "error": "unknown_command", "text": f"{command} is not a valid command."}
        result = await self._people.command(text.strip(), channel=str(body["channel"]), command=command)
        if result.ok:
            return {"ok": True}
        return {"ok": False, "error": "dispatch_failed", "text": f'{command} failed with the error "{result.error}"'}

    async def _message(self, body: Json) -> Json:
        text, files = escape_text(str(body["text"])), [{"id": str(file)} for file in body.get("files") or []]
        if not text.strip() and not files:
            raise ValueError("no_text")
        name = self._workspace.users[BOT_USER].name
        text = text.replace(f"@{name}", f"<@{BOT_USER}>")
        message = await self._people.say(
            text, channel=str(body["channel"]), thread_ts=body.get("thread_ts"), files=files
        )
        return {"ok": True, "ts": message["ts"]}

    async def _view_submit(self, body: Json) -> Json:
        view_id = self._target({"view_id": body["view_id"]})["id"]
        result = await self._people.submit_view(view_id, body.get("values") or {})
        if result.errors:
            return {"ok": True, "errors": dict(result.errors)}
        return _outcome(result.error)

    async def _view_close(self, body: Json) -> Json:
        await self._people.close_view(self._target({"view_id": body["view_id"]})["id"])
        return {"ok": True}

    async def _action(self, body: Json) -> Json:
        result = await self._people.click(
            self._target(body),
            str(body["action_id"]),
            block_id=str(body["block_id"]),
            answer=_answer(body.get("action") or {}),
            values=body.get("values"),
        )
        return _outcome(result.error)

    async def _global_shortcut(self, body: Json) -> Json:
        result = await self._people.global_shortcut(str(body["callback_id"]))
        return _outcome(result.error)

    async def _shortcut(self, body: Json) -> Json:
        message = self._workspace.find_message(str(body["channel"]), str(body["message_ts"]))
        if message is None:
            raise Refusal("message_not_found")
        result = await self._people.shortcut(str(body["callback_id"]), message)
        return _outcome(result.error)

    async def _options(self, body: Json) -> Json:
        return await self._people.options(
            self._target(body), str(body["action_id"]), str(body.get("value", "")), block_id=str(body["block_id"])
        )

    async def _home(self, _: Json) -> Json:
        result = await self._people.open_home()
        return _outcome(result.error if result else None)

    async def _assistant(self, body: Json) -> Json:
        thread = await self._people.open_assistant(viewed=body.get("viewed"))
        return {"ok": True, "channel": thread["channel"], "ts": thread["ts"]}

    def _target(self, body: Json) -> Json:
        """Return the view or the message of an action."""
        if "view_id" in body:
            view_id = str(body["view_id"])
            view = self._people.view_stacks.find(view_id)
            if view is None or self._people.view_stacks.owner(view_id) != YOU:
                raise Refusal("view_not_found")
            return view
        position = (str(body["channel"]), str(body["message_ts"]))
        message = self._workspace.find_message(*position) or self._workspace.find_hidden(*position)
        if message is None:
            raise Refusal("message_not_found")
        return message


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _outcome(error: str | None) -> Json:
    return {"ok": True} if error is None else {"ok": False, "error": error}


def _answer(action: Json) -> Any:
    """Return the chosen value, under whichever key the element's type has."""
    for key, value in action.items():
        if key == "value" or key.startswith("selected_"):
            return value
    return None

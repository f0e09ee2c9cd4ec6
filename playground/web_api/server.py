"""The Web API's server: arguments, tokens, scopes, and the record of calls."""

from __future__ import annotations

import asyncio
import copy
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.web_api import assistant, chat, conversations, files
from playground.workspace.entities import ApiCall
from playground.workspace.views import ViewStacks
from playground.workspace.workspace import Workspace


@dataclass(frozen=True)
class Method:
    """A Web API method: its function, its scope, and whether it reads JSON bodies."""

    run: Callable[[Workspace, Json], Json]
    scope: str | None = None
    accepts_json: bool = True


DOWNLOAD = "download"
"""The name for fetching a file in `fail_next` and `delay_next`."""

METHODS: dict[str, Method] = {
    "api.test": Method(conversations.api_test),
    "auth.test": Method(conversations.auth_test),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink, accepts_json=False),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write", accepts_json=False),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.info": Method(files.info, "files:read", accepts_json=False),
    "conversations.open": Method(conversations.open_im, "im:write"),
    # The scope of these depends on the kind of channel; the functions check it.
    "conversations.info": Method(conversations.info, accepts_json=False),
    "conversations.members": Method(conversations.members, accepts_json=False),
    "conversations.history": Method(conversations.history, accepts_json=False),
    "conversations.replies": Method(conversations.replies, accepts_json=False),
    "assistant.threads.setStatus": Method(assistant.set_status, "assistant:write"),
    "assistant.threads.setSuggestedPrompts": Method(assistant.set_suggested_prompts, "assistant:write"),
    "users.info": Method(conversations.users_info, "users:read", accepts_json=False),
}


@dataclass(frozen=True)
class Failure:
    """A failure in place of a call's real answer."""

    error: str | None
    """Slack's error code; None for the real answer, only later."""
    status: int
    """The HTTP status."""
    retry_after: int | None
    """Seconds in the `Retry-After` header, or None for no header."""
    executed: bool = False
    """True to carry the call out and let only its answer be a failure."""
    seconds: float = 0.0
    """Seconds until the answer."""


class WebApi:
    """The handlers of `/api/{method}`, response URLs, uploads and downloads."""

    def __init__(self, workspace: Workspace, views: ViewStacks, bot_token: str) -> None:
        self._workspace = workspace
        self.token = bot_token
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self.waiting_calls: list[str] = []
        self.choose_failure: Callable[[str], Failure | None] = lambda _: None
        """The function that chooses a failure, or None, for each call by its method."""
        self._delays: defaultdict[str, deque[asyncio.Event]] = defaultdict(deque)
        self._methods = METHODS | {
            "views.open": Method(lambda _, a: {"view": copy.deepcopy(views.open(a.get("trigger_id"), a.get("view")))}),
            "views.push": Method(lambda _, a: {"view": copy.deepcopy(views.push(a.get("trigger_id"), a.get("view")))}),
            "views.update": Method(
                lambda _, a: {
                    "view": copy.deepcopy(
                        views.update(
                            a.get("view"),
                            view_id=a.get("view_id"),
                            external_id=a.get("external_id"),
                            hash_=a.get("hash"),
                        )
                    )
                }
            ),
            "views.publish": Method(
                lambda _, a: {
                    "view": copy.deepcopy(views.publish(str(a.get("user_id", "")), a.get("view"), a.get("hash")))
                }
            ),
        }

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
        """Let the next calls of a method fail. `ratelimited` is a 429 with `Retry-After`."""
        limited = error == "ratelimited"
        failure = Failure(
            error,
            status or (429 if limited else 200),
            1 if limited and retry_after is None else retry_after,
            executed,
        )
        self._failures[method].extend([failure] * times)

    def delay_next(self, method: str, until: asyncio.Event) -> None:
        """Hold back the next call of a method until an event is set."""
        self._delays[method].append(until)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a call, and record it."""
        name = request.match_info["method"]
        if not self._workspace.base_url:
            self._workspace.base_url = f"{request.scheme}://{request.host}"
        if self._delays[name]:
            await self._wait(name, self._delays[name].popleft())
        args: Json = {}
        headers = {}
        status = 200
        try:
            args, from_json = await read_arguments(request)
            token = _pop_token(request, args, from_json)
            failure = self._failures[name].popleft() if self._failures[name] else self.choose_failure(name)
            if failure:
                status = failure.status
                if failure.retry_after is not None:
                    headers["Retry-After"] = str(failure.retry_after)
                response: Json = self._call(name, token, args, from_json) if failure.executed else {}
                await asyncio.sleep(failure.seconds)
                if failure.error is not None:
                    response = {"ok": False, "error": failure.error}
            else:
                response = self._call(name, token, args, from_json)
        except Refusal as refusal:
            response = refusal.body()
            self._workspace.record_violation(name, refusal)
            if refusal.error in ("not_authed", "invalid_auth"):
                args = {}  # a caller without a token could fill the memory
        self._workspace.calls.append(ApiCall(name, args, response))
        self._workspace.notify_waiters()
        return web.json_response(response, status=status, headers=headers)

    async def _wait(self, name: str, until: asyncio.Event) -> None:
        self.waiting_calls.append(name)
        self._workspace.notify_waiters()
        await until.wait()
        self.waiting_calls.remove(name)

    async def handle_response_url(self, request: web.Request) -> web.Response:
        """Answer a post to a response URL, and record it."""
        args: Json = {}
        try:
            args, _ = await read_arguments(request)
            chat.respond(self._workspace, request.match_info["key"], args)
        except Refusal as refusal:
            self._workspace.record_violation("response_url", refusal)
            self._workspace.calls.append(ApiCall("response_url", args, refusal.body()))
            self._workspace.notify_waiters()
            is_expired = refusal.error in {"used_url", "expired_url", "invalid_url"}
            return web.Response(status=404 if is_expired else 400, text=refusal.error)
        self._workspace.calls.append(ApiCall("response_url", args, {"ok": True}))
        self._workspace.notify_waiters()
        return web.Response(text="ok")

    async def handle_download(self, request: web.Request) -> web.StreamResponse:
        """Send a file to a token that may read it, and redirect other requests to the sign-in page, as Slack does.

        A held-back download waits in the middle of the file.
        """
        file = self._workspace.uploads.get(request.match_info["file"].partition("-")[2])
        if self._failures[DOWNLOAD]:
            return web.Response(status=self._failures[DOWNLOAD].popleft().status)
        if file is None or file.content is None:
            return web.Response(status=404)
        token = _pop_token(request, {}, frozenset())
        if token != self.token or "files:read" not in self._workspace.scopes or not file.bot_may_read:
            raise web.HTTPFound(f"{self._workspace.base_url}/?redir={quote(request.path, safe='')}")
        response = web.StreamResponse(headers={"Content-Type": file.mimetype, "Content-Length": str(file.length)})
        await response.prepare(request)
        half = file.length // 2
        await response.write(file.content[:half])
        if self._delays[DOWNLOAD]:
            await self._wait(DOWNLOAD, self._delays[DOWNLOAD].popleft())
        await response.write(file.content[half:])
        await response.write_eof()
        return response

    async def handle_upload(self, request: web.Request) -> web.Response:
        """Receive a file at its upload URL."""
        # `request.read` and `request.post` refuse a body above the app's limit, which suits commands and not files.
        if request.content_type == "multipart/form-data":
            part = await (await request.multipart()).next()
            content = bytes(await part.read()) if isinstance(part, BodyPartReader) else b""
        else:
            content = await request.content.read()
        try:
            files.receive(self._workspace, request.match_info["file"], content)
        except Refusal as refusal:
            self._workspace.record_violation("upload", refusal)
            return web.Response(status=400, text=str(refusal))
        return web.Response(text=f"OK - {len(content)}")

    def _call(self, name: str, token: str | None, args: Json, from_json: frozenset[str]) -> Json:
        method = self._methods.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        if name != "api.test":
            if not token:
                raise Refusal("not_authed")
            if token != self.token:
                raise Refusal("invalid_auth")
        if method.scope and method.scope not in self._workspace.scopes:
            provided = ",".join(sorted(self._workspace.scopes))
            raise Refusal("missing_scope", needed=method.scope, provided=provided)
        if not method.accepts_json:
            # These methods read form fields and the query only; Slack ignores a JSON body.
            args = {key: value for key, value in args.items() if key not in from_json}
        return {"ok": True, **method.run(self._workspace, args)}


async def read_arguments(request: web.Request) -> tuple[Json, frozenset[str]]:
    """Return a call's arguments, and the names of those from a JSON body."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body: Any = json.loads(await request.text() or "{}")
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object")
        return args | body, frozenset(body)
    for key, value in (await request.post()).items():
        args[key] = value
    if isinstance(args.get("metadata"), str):
        try:
            args["metadata"] = json.loads(args["metadata"])
        except ValueError:
            raise Refusal("invalid_metadata_format") from None
    return args, frozenset()


def _pop_token(request: web.Request, args: Json, from_json: frozenset[str]) -> str | None:
    """Remove the token from a call's arguments and return it. Slack ignores a token in a JSON body."""
    field = args.pop("token", None) if "token" not in from_json else None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" and token else field

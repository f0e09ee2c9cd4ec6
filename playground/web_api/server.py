"""The Web API: who may call what, how arguments arrive, and what is written down about a call."""

from __future__ import annotations

import asyncio
import copy
import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from playground.rules.node import Json
from playground.rules.refusal import Refusal
from playground.web_api import chat, conversations, files
from playground.workspace.entities import ApiCall
from playground.workspace.views import ViewStacks
from playground.workspace.workspace import Workspace


@dataclass(frozen=True)
class Method:
    run: Callable[[Workspace, Json], Json]
    scope: str | None = None
    takes_json: bool = True


DOWNLOAD = "download"
"""What fetching a file is called where methods are told to wait or to fail."""

METHODS: dict[str, Method] = {
    "api.test": Method(conversations.api_test),
    "auth.test": Method(conversations.auth_test),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.get_permalink, takes_json=False),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write", takes_json=False),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.info": Method(files.info, "files:read", takes_json=False),
    "conversations.open": Method(conversations.open_im, "im:write"),
    # The scope of these depends on the kind of conversation.
    "conversations.info": Method(conversations.info, takes_json=False),
    "conversations.members": Method(conversations.members, takes_json=False),
    "conversations.history": Method(conversations.history, takes_json=False),
    "conversations.replies": Method(conversations.replies, takes_json=False),
    "users.info": Method(conversations.users_info, "users:read", takes_json=False),
}


@dataclass(frozen=True)
class Failure:
    """An answer that a test has ordered instead of the real one."""

    error: str
    status: int
    retry_after: int | None
    executed: bool = False
    seconds: float = 0.0
    """How long the answer takes; longer than the bot waits, it is as good as none."""


class WebApi:
    """Answers `/api/{method}`."""

    def __init__(self, workspace: Workspace, views: ViewStacks, bot_token: str) -> None:
        self._workspace = workspace
        self._token = bot_token
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self.waiting_calls: list[str] = []
        self.choose_failure: Callable[[str], Failure | None] = lambda _: None
        """Asked at every call whether it goes wrong."""
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
        """Let the next calls of a method fail. A rate limit is a 429 that says when to come back. `executed`: the
        call is carried out, and only its answer says otherwise.
        """
        limited = error == "ratelimited"
        failure = Failure(
            error,
            status or (429 if limited else 200),
            1 if limited and retry_after is None else retry_after,
            executed,
        )
        self._failures[method].extend([failure] * times)

    def delay_next(self, method: str, until: asyncio.Event) -> None:
        """Let the next call of a method wait."""
        self._delays[method].append(until)

    async def handle(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        if not self._workspace.base_url:
            self._workspace.base_url = f"{request.scheme}://{request.host}"
        if self._delays[name]:
            await self._hold(name, self._delays[name].popleft())
        args: Json = {}
        headers = {}
        status = 200
        try:
            args, from_json = await read_arguments(request)
            token = _take_token(request, args, from_json)
            failure = self._failures[name].popleft() if self._failures[name] else self.choose_failure(name)
            if failure:
                status = failure.status
                if failure.retry_after is not None:
                    headers["Retry-After"] = str(failure.retry_after)
                if failure.executed:
                    self._call(name, token, args, from_json)
                await asyncio.sleep(failure.seconds)
                response: Json = {"ok": False, "error": failure.error}
            else:
                response = self._call(name, token, args, from_json)
        except Refusal as refusal:
            response = refusal.body()
            self._workspace.violate(name, refusal)
        self._workspace.calls.append(ApiCall(name, args, response))
        self._workspace.changed()
        return web.json_response(response, status=status, headers=headers)

    async def _hold(self, name: str, until: asyncio.Event) -> None:
        self.waiting_calls.append(name)
        self._workspace.changed()
        await until.wait()
        self.waiting_calls.remove(name)

    async def handle_response_url(self, request: web.Request) -> web.Response:
        args: Json = {}
        try:
            args, _ = await read_arguments(request)
            chat.respond(self._workspace, request.match_info["key"], args)
        except Refusal as refusal:
            self._workspace.violate("response_url", refusal)
            self._workspace.calls.append(ApiCall("response_url", args, refusal.body()))
            self._workspace.changed()
            gone = refusal.error in {"used_url", "expired_url", "invalid_url"}
            return web.Response(status=404 if gone else 400, text=refusal.error)
        self._workspace.calls.append(ApiCall("response_url", args, {"ok": True}))
        self._workspace.changed()
        return web.Response(text="ok")

    async def handle_download(self, request: web.Request) -> web.StreamResponse:
        """A file for who may read it; anybody else is sent to the page to sign in. A call that was told to wait waits
        when half of it is there.
        """
        file = self._workspace.uploads.get(request.match_info["file"].partition("-")[2])
        if self._failures[DOWNLOAD]:
            return web.Response(status=self._failures[DOWNLOAD].popleft().status)
        if file is None or file.content is None:
            return web.Response(status=404)
        token = _take_token(request, {}, frozenset())
        if token != self._token or "files:read" not in self._workspace.scopes or not file.bot_may_read:
            raise web.HTTPFound(f"{self._workspace.base_url}/?redir={quote(request.path, safe='')}")
        response = web.StreamResponse(headers={"Content-Type": file.mimetype, "Content-Length": str(file.length)})
        await response.prepare(request)
        half = file.length // 2
        await response.write(file.content[:half])
        if self._delays[DOWNLOAD]:
            await self._hold(DOWNLOAD, self._delays[DOWNLOAD].popleft())
        await response.write(file.content[half:])
        await response.write_eof()
        return response

    async def handle_upload(self, request: web.Request) -> web.Response:
        if request.content_type == "multipart/form-data":
            part = next(iter((await request.post()).values()), "")
            content = part.file.read() if isinstance(part, web.FileField) else str(part).encode()
        else:
            content = await request.read()
        try:
            files.receive(self._workspace, request.match_info["file"], content)
        except Refusal as refusal:
            self._workspace.violate("upload", refusal)
            return web.Response(status=400, text=str(refusal))
        return web.Response(text=f"OK - {len(content)}")

    def _call(self, name: str, token: str | None, args: Json, from_json: frozenset[str]) -> Json:
        method = self._methods.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        if name != "api.test":
            if not token:
                raise Refusal("not_authed")
            if token != self._token:
                raise Refusal("invalid_auth")
        if method.scope and method.scope not in self._workspace.scopes:
            provided = ",".join(sorted(self._workspace.scopes))
            raise Refusal("missing_scope", needed=method.scope, provided=provided)
        if not method.takes_json:
            # These read form fields and the query only; Slack overlooks a JSON body.
            args = {key: value for key, value in args.items() if key not in from_json}
        return {"ok": True, **method.run(self._workspace, args)}


async def read_arguments(request: web.Request) -> tuple[Json, frozenset[str]]:
    """The arguments of a call, and which of them came in a JSON body."""
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


def _take_token(request: web.Request, args: Json, from_json: frozenset[str]) -> str | None:
    """The token of a call; in a JSON body it does not count. It is kept out of the log."""
    field = args.pop("token", None) if "token" not in from_json else None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" and token else field

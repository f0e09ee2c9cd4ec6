"""Several workspaces behind one Web API, and OAuth v2 to install an app in each."""

from __future__ import annotations

import base64
import html
import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web

from playground.fake_slack import FakeSlack
from playground.rules.node import Json
from playground.workspace.entities import APP_ID, BOT_USER, YOU


class OAuthServer:
    """A server for an app that several workspaces install.

    An installation's token is the workspace's `bot_token`, and its scopes are those of the authorization URL.

    Args:
        slacks: The workspaces, started already.
        client_id: The app's client id.
        client_secret: The app's client secret.
        token_lifetime: The seconds until a token expires, if the app has token rotation; None without it.
    """

    def __init__(
        self, slacks: Sequence[FakeSlack], *, client_id: str, client_secret: str, token_lifetime: int | None = None
    ) -> None:
        self._slacks = {slack.bot_token: slack for slack in slacks}
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._client_id = client_id
        self._codes: dict[str, FakeSlack] = {}
        self._refresh_tokens: dict[str, FakeSlack] = {}
        self.token_lifetime = token_lifetime
        self.is_organization = False
        """Whether the next installations are for a whole organization."""
        self._runner: web.AppRunner | None = None
        self.redirect_url = ""
        """The app's redirect URL."""
        self.base_url = ""
        """This server's address; `start()` sets it."""

    @property
    def api_url(self) -> str:
        """The address for `AsyncWebClient(base_url=…)`, with the trailing slash that the client expects."""
        return f"{self.base_url}/api/"

    async def start(self) -> None:
        """Serve OAuth and the Web API on a free port of 127.0.0.1."""
        app = web.Application()
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        app.router.add_post("/api/oauth.v2.access", self._access)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/api/{method}", self._call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop the server."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _authorize(self, request: web.Request) -> web.Response:
        """Show the page that asks for permission, with one link for each workspace."""
        if request.query.get("client_id") != self._client_id:
            return web.Response(status=400, text="invalid_client_id")
        links = []
        for slack in self._slacks.values():
            slack.scopes.clear()
            slack.scopes.update(request.query["scope"].split(","))
            code = secrets.token_hex(8)
            self._codes[code] = slack
            target = f"{self.redirect_url}?{urlencode({'code': code, 'state': request.query.get('state', '')})}"
            links.append(f'<a href="{html.escape(target)}">{slack.workspace.team["name"]}</a>')
        return web.Response(text="\n".join(links), content_type="text/html")

    async def _access(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != self._basic:
            return web.json_response({"ok": False, "error": "invalid_client_id"})
        form = await request.post()
        if form.get("grant_type") == "refresh_token":
            slack = self._refresh_tokens.pop(str(form.get("refresh_token")), None)
            if slack is None:
                return web.json_response({"ok": False, "error": "invalid_refresh_token"})
            del self._slacks[slack.bot_token]
            slack.bot_token = f"xoxe.xoxb-{secrets.token_hex(8)}"
            self._slacks[slack.bot_token] = slack
        else:
            slack = self._codes.pop(str(form.get("code")), None)
        if slack is None:
            return web.json_response({"ok": False, "error": "invalid_code"})
        answer: Json = {
            "ok": True,
            "app_id": APP_ID,
            "authed_user": {"id": YOU},
            "scope": ",".join(sorted(slack.scopes)),
            "token_type": "bot",
            "access_token": slack.bot_token,
            "bot_user_id": BOT_USER,
            "team": {"id": slack.workspace.team["id"], "name": slack.workspace.team["name"]},
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if self.is_organization:
            answer |= {"team": None, "enterprise": {"id": "E0ORG00001", "name": "Org"}, "is_enterprise_install": True}
        if self.token_lifetime is not None:
            refresh_token = f"xoxe-{secrets.token_hex(8)}"
            self._refresh_tokens[refresh_token] = slack
            answer |= {"refresh_token": refresh_token, "expires_in": self.token_lifetime}
        return web.json_response(answer)

    async def _call(self, request: web.Request) -> web.Response:
        slack = self._slacks.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if slack is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return await slack.handle_api(request)

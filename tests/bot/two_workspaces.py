"""Two workspaces with one bot. Their users, channels and names are equal; only the workspaces differ."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from html import unescape

from aiohttp import ClientSession, DummyCookieJar, web
from cryptography.fernet import Fernet

from bot.app import build_app
from bot.config import Config
from bot.slack.oauth import OAuth
from bot.store import read_keys
from bot.timeouts import Timeouts
from playground import FakeSlack, OAuthServer
from pricing import Catalog
from tests import reused_databases
from tests.conftest import ACK_SECONDS, TIMEOUTS, bot_clock
from tests.local_slack import local_slack

CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET = "111.222", "client-secret", "signing-secret"
KEY = Fernet.generate_key().decode()


@dataclass
class Company:
    """A bot that two workspaces can install."""

    red: FakeSlack
    blue: FakeSlack
    installs: OAuthServer
    url: str

    async def install(self, slack: FakeSlack, status: int = 200) -> str:
        """Press “Add to Slack”, allow it for a workspace, and return the final page, all in one browser."""
        async with ClientSession(cookie_jar=DummyCookieJar()) as browser:
            async with browser.get(f"{self.url}/slack/install") as page:
                # The cookie is for HTTPS alone; a browser behind the proxy would send it back.
                cookie = page.headers["Set-Cookie"]
                assert "Secure" in cookie
                assert "HttpOnly" in cookie
                (link,) = re.findall(r'href="([^"]+authorize[^"]+)"', await page.text())
            async with browser.get(unescape(link)) as page:
                targets = {name: url for url, name in re.findall(r'href="([^"]+)">(\w+)<', await page.text())}
            target = unescape(targets[slack.workspace.team["name"]])
            async with browser.get(target, headers={"Cookie": cookie.split(";")[0]}) as page:
                assert page.status == status
                return await page.text()


@asynccontextmanager
async def two_workspaces(catalog: Catalog, database_url: str, timeouts: Timeouts = TIMEOUTS) -> AsyncIterator[Company]:
    """Run a bot for two workspaces, neither of which has installed it."""
    async with AsyncExitStack() as stack:
        slacks: list[FakeSlack] = []
        for number, name in enumerate(("red", "blue"), 1):
            team = {"id": f"T0{name.upper()}", "name": name, "domain": name}
            slack = local_slack(
                signing_secret=SIGNING_SECRET,
                bot_token=f"xoxb-of-{name}",
                team=team,
                first_id_number=number * 10_000,
                ack_seconds=ACK_SECONDS,
            )
            await slack.start()
            stack.push_async_callback(slack.stop)
            slacks.append(slack)
        installs = OAuthServer(slacks, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        await installs.start()
        stack.push_async_callback(installs.stop)
        database = await stack.enter_async_context(reused_databases.opened(database_url))
        config = Config(
            access=OAuth(CLIENT_ID, CLIENT_SECRET, read_keys(KEY)),
            signing_secret=SIGNING_SECRET,
            slack_api_url=installs.api_url,
            timeouts=timeouts,
        )
        app = await stack.enter_async_context(build_app(config, catalog, database, bot_clock))
        runner = web.AppRunner(app.web, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await app.worker.resume()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        for slack in slacks:
            slack.events_url = f"{url}/slack/events"
        installs.redirect_url = f"{url}/slack/oauth_redirect"
        red, blue = slacks
        yield Company(red, blue, installs, url)
        assert [slack.violations for slack in slacks] == [[], []]

"""Where the bot's token may go, and where it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from bot.queue.model import SlackFile
from bot.slack.files import Downloads, download_session
from bot.slack.hosts import SlackHosts
from calculator import UserError
from playground import FakeSlack, Payloads
from tests.bot import slack_actions
from tests.bot.conftest import Start

SLACK = SlackHosts("https://slack.com/api/")

SLACKS = [
    "https://files.slack.com/files-pri/T1-F1/download/a.jsonl",
    "https://slack.com/files/x?y=1#z",
    "https://files.slack.com:443/x",
    "https://FILES.SLACK.COM/x",
    "https://files.slack.com/name%20with%2Fescapes/@x",
]
OTHERS = [
    "",
    "x",
    "/x",
    "//files.slack.com/x",
    "http://files.slack.com/x",
    "ftp://files.slack.com/x",
    "file:///etc/passwd",
    "https://files.slack.com.evil.test/x",
    "https://evil.test/files.slack.com",
    "https://evilslack.com/x",
    "https://evil.slack.com/x",
    "https://files.slack.com@evil.test/x",
    "https://token@files.slack.com/x",
    "https://@files.slack.com/x",
    "https://evil.test#@files.slack.com/",
    "https://evil.test?@files.slack.com/",
    "https://evil.test\\@files.slack.com/",
    "https://files.slack.com\\.evil.test/",
    "https://files.slack.com%2eevil.test/",
    "https://files.slack.com:8443/x",
    "https://files.slack.com:99999/x",
    "https://files.slack.com./x",
    "https://files.slack.com\t.evil.test/",
    "https://files.slack.com\r\nHost: evil.test/",
    "https://files.slack.com/x\n",
    " https://files.slack.com/x",
    "https://ﬁles.slack.com/x",
    "https://files。slack.com/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://169.254.169.254/latest/meta-data",
    "https://hooks.slack.com/x",
]


@pytest.mark.parametrize("address", SLACKS)
def test_slacks_own_addresses_get_the_token(address: str) -> None:
    assert SLACK.takes_token(address)


@pytest.mark.parametrize("address", OTHERS)
def test_no_other_address_gets_the_token(address: str) -> None:
    assert not SLACK.takes_token(address)


def test_configured_server_is_trusted_at_its_port_only() -> None:
    own = SlackHosts("http://127.0.0.1:8031/api/")
    assert own.takes_token("http://127.0.0.1:8031/files/x")
    assert own.takes_answers("http://127.0.0.1:8031/api/response/x")
    for other in (
        "https://127.0.0.1:8031/x",
        "http://127.0.0.1:8032/x",
        "http://127.0.0.1/x",
        "http://localhost:8031/",
    ):
        assert not own.takes_token(other)


def test_answers_go_to_hook_addresses_only() -> None:
    assert SLACK.takes_answers("https://hooks.slack.com/commands/T1/2/3")
    assert not SLACK.takes_answers("https://hooks.slack.com.evil.test/commands/T1/2/3")
    assert not SLACK.takes_answers("http://169.254.169.254/")


PARTS = st.sampled_from(
    ["https://", "http://", "files.slack.com", "slack.com", "evil.test", "@", ":", "443", "/", "\\", "#", "?", ".", "%"]
)


@given(st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=8).map("".join)))
@example("https://files.slack.com/")
def test_client_resolves_trusted_addresses_to_slack(address: str) -> None:
    if SLACK.takes_token(address):
        read = URL(address)
        assert (read.scheme, read.port, read.user) == ("https", 443, None)
        assert read.host in ("slack.com", "www.slack.com", "files.slack.com")


@dataclass
class Server:
    """A file's host, and what it was asked with."""

    url: str = ""
    elsewhere: str = ""
    requests: list[tuple[str, str | None]] = field(default_factory=list)

    async def file(self, request: web.Request) -> web.Response:
        self.requests.append((request.path, request.headers.get("Authorization")))
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": self.elsewhere})
        return web.Response(text="content") if request.path == "/file" else web.Response(status=404)


@pytest.fixture
async def servers() -> AsyncIterator[tuple[Server, Server]]:
    runners, both = [], []
    for _ in range(2):
        server = Server()
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", server.file)
        runners.append(web.AppRunner(app, access_log=None))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runners[-1].addresses[0][1]}"
        both.append(server)
    both[0].elsewhere = f"{both[1].url}/file"
    yield both[0], both[1]
    for runner in runners:
        await runner.cleanup()


async def test_token_goes_to_slack_alone_and_no_redirect_is_followed(servers: tuple[Server, Server]) -> None:
    slack, evil = servers
    async with download_session(None) as session:
        downloads = Downloads(session, SlackHosts(f"{slack.url}/api/"))

        async def download(url: str) -> bytes:
            file = SlackFile(id="F1", name="a.jsonl", size=0, mimetype="text/plain", url=url)
            async with downloads.copy(file, "xoxb-1", lambda _: None) as copy:
                return copy.read()

        assert await download(f"{slack.url}/file") == b"content"
        assert slack.requests == [("/file", "Bearer xoxb-1")]
        for address in (f"{slack.url}/moved", f"{evil.url}/file"):
            with pytest.raises(UserError, match="address isn't one of Slack's"):
                await download(address)
        with pytest.raises(UserError, match="HTTP 404"):
            await download(f"{slack.url}/none")
        ticks = iter((0.0, 31.0))
        downloads = Downloads(session, SlackHosts(f"{slack.url}/api/"), clock=lambda: next(ticks))
        with pytest.raises(UserError, match="only 7 bytes in 31 s"):
            await download(f"{slack.url}/file")
    assert evil.requests == []


async def test_apology_goes_to_slack_addresses_only(
    start: Start, slack: FakeSlack, servers: tuple[Server, Server]
) -> None:
    """A form that does not open is said by the response_url, wherever that points."""
    async with start():
        for _ in range(2):
            slack.fail_next("views.open", "internal_error")
        fields = Payloads(slack.workspace).command("/ftcost", "", slack.you, slack.general)
        body = urlencode(fields | {"response_url": f"{servers[1].url}/file"})
        assert (await slack_actions.post_signed(slack.events_url, body, slack.signing_secret))[0] == 200
        assert (await slack.command("")).ok
        await slack.wait_for(slack.ephemerals)
    assert servers[1].requests == []
    assert len(slack.ephemerals()) == 1, "the other one was told"

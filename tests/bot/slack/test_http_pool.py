"""The wire to Slack, with real servers at its other end that say what they like."""

from __future__ import annotations

import asyncio
import datetime
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.slack.http_pool import ANSWER_BYTES, AT_ONCE, Answer, Wire

TOKEN = {"Authorization": "Bearer xoxb-1", "Content-Type": "application/json"}
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'
SAID = Answer(200, b'{"ok":true}')
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n")

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Each connection is served by the next of its talks, and by the last of them ever after."""

    def __init__(self, talks: Sequence[Talk]) -> None:
        self._talks = talks
        self.connections = 0
        self.most_at_once = 0
        self.ended = asyncio.Queue[None]()
        self._now = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = self._talks[min(self.connections, len(self._talks) - 1)]
        self.connections += 1
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._now -= 1
            writer.close()
            self.ended.put_nowait(None)


@asynccontextmanager
async def wire_to(
    *talks: Talk, seconds: float = 10.0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Wire, Server]]:
    server = Server(talks)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
    try:
        async with Wire(URL(f"{scheme}://{host}:{port}/api/"), seconds) as wire:
            yield wire, server
    finally:
        listening.close()


async def asked(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of one request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    assert length
    return head, await reader.readexactly(int(length[1]))


def saying(*answers: bytes) -> Talk:
    """Each request of a connection is answered by the next of these; then the connection ends."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await asked(reader)
            writer.write(answer)
            await writer.drain()

    return talk


async def always(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await asked(reader)
        writer.write(OK)


async def test_a_request_is_what_was_asked_for_and_its_connection_is_kept() -> None:
    seen = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            seen.append(await asked(reader))
            writer.write(OK)

    async with wire_to(note) as (wire, server):
        assert await wire.post("views.open", TOKEN, b"one") == SAID
        assert await wire.post("views.open", TOKEN, b"") == SAID
        assert server.connections == 1
    (head, body), (_, empty) = seen
    line, host, *rest = head.decode().split("\r\n")
    assert line == "POST /api/views.open HTTP/1.1"
    assert re.fullmatch(r"Host: 127\.0\.0\.1:\d+", host)
    assert rest == [
        "Authorization: Bearer xoxb-1", "Content-Type: application/json", "Content-Length: 3", "", "",
    ]  # fmt: skip
    assert (body, empty) == (b"one", b"")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n8\r\n and yes\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nyes and yes",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 11\r\n\r\nyes and yes",
        b"HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\nyes and yes",
    ],
)
async def test_answers_come_in_many_forms(answer: bytes) -> None:
    async with wire_to(saying(answer, OK), always) as (wire, _):
        assert await wire.post("views.open", TOKEN, b"one") == Answer(200, b"yes and yes")
        assert await wire.post("views.open", TOKEN, b"two") == SAID


async def test_a_status_is_the_callers_business() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with wire_to(saying(moved, b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n")) as (wire, _):
        assert await wire.post("views.open", TOKEN, b"one") == Answer(302, b"")
        assert await wire.post("views.open", TOKEN, b"two") == Answer(429, b"")


async def test_a_connection_that_ended_meanwhile_is_not_used_again() -> None:
    async with wire_to(saying(OK), always) as (wire, server):
        assert await wire.post("views.open", TOKEN, b"one") == SAID
        await server.ended.get()
        for _ in range(3):  # the end has to cross the wire
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
        assert await wire.post("views.open", TOKEN, b"two") == SAID
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + b"x" * (ANSWER_BYTES + 1),
    ],
)
async def test_what_is_no_answer_is_a_lost_one_and_the_next_is_right(answer: bytes) -> None:
    async with wire_to(saying(answer), always) as (wire, _):
        with pytest.raises(ConnectionError):
            await wire.post("views.open", TOKEN, b"one")
        assert await wire.post("views.open", TOKEN, b"two") == SAID


async def test_an_answer_that_comes_too_late_is_nobodys() -> None:
    let_go = asyncio.Event()

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        await let_go.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")

    async with wire_to(late, always, seconds=0.1) as (wire, server):
        with pytest.raises(TimeoutError):
            await wire.post("views.open", TOKEN, b"one")
        let_go.set()
        await server.ended.get()
        assert await wire.post("views.open", TOKEN, b"two") == SAID


async def test_who_says_more_than_was_asked_is_not_asked_again() -> None:
    async with wire_to(saying(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore"), always) as (wire, server):
        assert await wire.post("views.open", TOKEN, b"one") == SAID
        assert await wire.post("views.open", TOKEN, b"two") == SAID
        assert server.connections == 2


async def test_who_gives_up_takes_the_connection_along() -> None:
    reached = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await asked(reader)
        reached.set()
        await reader.read()

    async with wire_to(silent, always) as (wire, server):
        post = asyncio.create_task(wire.post("views.open", TOKEN, b"one"))
        await reached.wait()
        post.cancel()
        with pytest.raises(asyncio.CancelledError):
            await post
        await server.ended.get()
        assert await wire.post("views.open", TOKEN, b"two") == SAID


async def test_a_crowd_takes_turns() -> None:
    async with wire_to(always) as (wire, server):
        answers = await asyncio.gather(*(wire.post("views.open", TOKEN, b"x" * 9_000) for _ in range(3 * AT_ONCE)))
        assert set(answers) == {SAID}
        assert 1 < server.most_at_once <= AT_ONCE


async def test_nobody_is_there() -> None:
    async with wire_to(always) as (wire, _):
        pass
    with pytest.raises(ConnectionRefusedError):
        await wire.post("views.open", TOKEN, b"one")


@pytest.mark.parametrize("token", ["xoxb-1\r\nX-Evil: 1", "xoxb-1\n", "xoxb-\N{CYRILLIC SMALL LETTER A}", "xoxb-\x00"])
async def test_a_token_cannot_add_a_header(token: str) -> None:
    async with wire_to(always) as (wire, server):
        with pytest.raises(ValueError, match="header"):
            await wire.post("views.open", {"Authorization": f"Bearer {token}"}, b"one")
        assert server.connections == 0


async def test_only_a_host_that_can_prove_its_name_is_told_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, names_itself in (("localhost", "localhost"), ("elsewhere", "elsewhere.example")):
        _certify(names_itself, tmp_path / f"{name}.pem")
        served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        served.load_cert_chain(tmp_path / f"{name}.pem")
        async with wire_to(always, tls=served) as (wire, _):
            with pytest.raises(ssl.SSLCertVerificationError):  # signed by itself
                await wire.post("views.open", TOKEN, b"one")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{name}.pem"))
        async with wire_to(always, tls=served) as (wire, server):
            if name == "localhost":
                assert await wire.post("views.open", TOKEN, b"one") == SAID
                assert await wire.post("views.open", TOKEN, b"two") == SAID
                assert server.connections == 1
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    await wire.post("views.open", TOKEN, b"one")
        monkeypatch.delenv("SSL_CERT_FILE")


def _certify(host: str, path: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    day = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(day - datetime.timedelta(days=1))
        .not_valid_after(day + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )


@given(
    body=st.binary(max_size=200),
    cuts=st.lists(st.integers(0, 260), max_size=8),
    chunked=st.booleans(),
)
def test_it_does_not_matter_in_which_pieces_an_answer_comes(body: bytes, cuts: list[int], chunked: bool) -> None:
    if chunked:
        parts = [body[at : at + 50] for at in range(0, len(body), 50)] + [b""]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    else:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    ends = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]

    async def in_pieces(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await asked(reader)
            for start, end in pairwise(ends):
                writer.write(answer[start:end])
                await writer.drain()
                await asyncio.sleep(0)

    async def twice() -> None:
        async with wire_to(in_pieces) as (wire, _):
            for _ in range(2):
                assert await wire.post("views.open", TOKEN, b"one") == Answer(200, body)

    asyncio.run(twice())


@given(garbage=st.binary(max_size=300), after=st.booleans())
def test_whatever_a_server_says_nobody_gets_what_is_not_theirs(garbage: bytes, after: bool) -> None:
    async def ask() -> None:
        async with wire_to(saying(OK + garbage if after else garbage), always) as (wire, _):
            said = [await _said(wire) for _ in range(3)]
        if after:
            assert said[0] in (SAID, None)
        assert said[1] in (SAID, None)  # None: the end of the first connection was not known yet
        assert said[2] == SAID

    asyncio.run(ask())


async def _said(wire: Wire) -> Answer | None:
    try:
        return await wire.post("views.open", TOKEN, b"one")
    except ConnectionError:
        return None

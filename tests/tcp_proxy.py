"""The line between the bot and its database: it can be cut, go silent, and come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class Line:
    """A TCP proxy in front of PostgreSQL. `url` leads through it."""

    def __init__(self, database_url: str) -> None:
        self._to = make_url(database_url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._pipes: set[asyncio.Task[None]] = set()
        self._sound = asyncio.Event()
        self._sound.set()

    @property
    def url(self) -> str:
        query = {key: value for key, value in self._to.query.items() if key not in ("host", "port")}
        through: URL = self._to.set(host="127.0.0.1", port=self._port, query=query)
        return through.render_as_string(hide_password=False)

    async def up(self) -> None:
        """Open it, or open it again at the same port."""
        self._sound.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break what is connected, and refuse what connects."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def silence(self) -> None:
        """Take everything and answer nothing, as a network does that loses what it is given."""
        self._sound.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await self._connect()
        for pipe in (self._pipe(reader, back), self._pipe(there, writer)):
            task = asyncio.create_task(pipe)
            self._pipes.add(task)
            task.add_done_callback(self._pipes.discard)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host = self._to.host or str(self._to.query.get("host", "localhost"))
        port = self._to.port or 5432
        if host.startswith("/"):
            return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._sound.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

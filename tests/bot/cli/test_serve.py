"""`python -m bot`, run as a process."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.serve import bind
from tests.bot import slack_actions

ROOT = Path(__file__).parents[3]


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    """Return an environment with these settings only."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "FTCOST_"))}
    database = {"FTCOST_DATABASE_URL": f"sqlite:///{tmp_path / 'ftcost.sqlite3'}"}
    return inherited | database | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | variables


def start(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "bot.cli.main", *(arguments or ["serve"])],
        cwd=tmp_path,  # no .env file here
        env=environment(tmp_path, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_playground_prints_its_address_and_stops_at_sigterm(tmp_path: Path) -> None:
    process = start(tmp_path, FTCOST_PORT="0")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert match is not None, line
        assert int(match[1]) > 0
        assert "playground" in line
        assert await slack_actions.get_json(f"{match[0]}/healthz") == (200, {"ok": True})
        assert await slack_actions.get_json(f"{match[0]}/readyz") == (200, {"ok": True})
        assert (tmp_path / "ftcost.sqlite3").exists()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    logged = [json.loads(line) for line in errors.splitlines()]  # JSON, because stderr is no terminal
    assert "stopping: finishing the accepted jobs" in [line["message"] for line in logged]


def test_invalid_setting_exits_with_2_and_a_sentence(tmp_path: Path) -> None:
    """One of the environment and one of the price files; tests/bot/test_settings.py has the others."""
    wrong = {
        "SLACK_APP_TOKEN": {"SLACK_BOT_TOKEN": "xoxb-hidden"},
        "nowhere": {"FTCOST_PRICES_DIR": "nowhere"},
    }
    processes = {says: start(tmp_path, **variables) for says, variables in wrong.items()}
    for says, process in processes.items():
        out, errors = process.communicate(timeout=60)
        assert (process.returncode, out) == (2, "")
        assert says in errors
        assert "Traceback" not in errors
        assert "hidden" not in errors


def test_silent_database_is_named_without_its_password(tmp_path: Path) -> None:
    process = start(tmp_path, FTCOST_DATABASE_URL="postgresql://someone:hidden@127.0.0.1:1/ftcost", FTCOST_PORT="0")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith("FTCOST_DATABASE_URL: the database 127.0.0.1/ftcost")
    assert "Traceback" not in errors
    assert "hidden" not in errors


def test_new_key_is_accepted_by_rotation(tmp_path: Path) -> None:
    key, _ = start(tmp_path, "keys", "new").communicate(timeout=60)
    app = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "hidden", "SLACK_SIGNING_SECRET": "hidden"}
    process = start(tmp_path, "keys", "rotate", FTCOST_ENCRYPTION_KEYS=key.strip(), **app)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "0 tokens and 0 billing keys are encrypted with the newest key.\n"), errors
    assert key.strip() not in errors


def test_connections_are_refused_before_the_bot_is_ready() -> None:
    with bind("127.0.0.1", 0) as listener, pytest.raises(ConnectionRefusedError):
        socket.create_connection(listener.getsockname(), timeout=1)


def test_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = start(tmp_path, FTCOST_PORT=str(listener.getsockname()[1]))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "FTCOST_PORT" in errors
    assert "Traceback" not in errors

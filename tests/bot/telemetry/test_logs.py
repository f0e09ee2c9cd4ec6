"""Log lines: one id from the request to the last call of Slack, and no secrets."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from bot.telemetry import trace
from bot.telemetry.logs import JsonLines, PlainLines
from playground import FakeSlack
from tests.bot import slack_actions, support_bot
from tests.bot.conftest import Start
from tests.bot.test_app import code_in


class Lines:
    """The logged lines."""

    def __init__(self) -> None:
        self.stream = StringIO()

    def __call__(self, containing: str = "") -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in lines if containing in line["message"]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Record the log as JSON."""
    lines = Lines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(JsonLines([]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


async def test_request_id_follows_the_job_to_another_process(start: Start, slack: FakeSlack, lines: Lines) -> None:
    """Slack answers 503 first; then the process ends, and the next one finishes the job."""
    never = asyncio.Event()
    async with start() as running:
        slack.fail_next("chat.postMessage", "internal_error", status=503)
        slack.delay_next("chat.postMessage", gate := asyncio.Event())
        slack.delay_next("chat.postMessage", never)
        assert (await slack.command(support_bot.LINE)).ok
        await slack.wait_for(lambda: slack.waiting_calls)
        gate.set()
        await slack.wait_for(lambda: slack.calls[1:] and slack.waiting_calls)
        await running.app.worker.close(seconds=0)
    async with start():
        await slack_actions.answered(slack)
        await slack_actions.ask(slack, support_bot.LINE, channel=slack.random)
    never.set()
    (failed,) = lines("Slack call chat.postMessage: http_503")
    first, second = lines("is done")
    assert failed["request"] == first["request"]
    assert second["request"] != first["request"]
    assert {line["level"] for line in (failed, first)} == {"warning", "info"}
    assert first["time"].startswith("20")
    assert first["time"].endswith("+00:00")


async def test_apology_shows_the_id_of_its_request(start: Start, slack: FakeSlack, lines: Lines) -> None:
    """Slack does not open a form, for which there is no job."""
    async with start():
        slack.fail_next("views.open", "internal_error")
        assert (await slack.command("")).ok
        (apology,) = await slack.wait_for(slack.ephemerals)
    (call,) = lines("Slack call views.open: internal_error")
    assert call["request"].startswith(code_in(apology["text"]))
    assert f"({call['request']})" in apology["text"]


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, None) if error else None
    return logging.LogRecord("bot", logging.ERROR, "bot.py", 1, message, (), exc_info)


@pytest.mark.parametrize("form", [JsonLines, PlainLines])
def test_no_secret_is_logged(form: type[JsonLines] | type[PlainLines]) -> None:
    formatter = form(["signing-“secret”", "db-password"])
    line = formatter.format(
        record(
            "token xoxb-1-aB signing-“secret” xoxe.xoxp-1-My wss://w.slack.com/?ticket=t1-2",
            ValueError("xapp-1-A at postgresql://u:db-password@h"),
        )
    )
    for secret in ("xoxb-1", "t1-2", "signing", "xoxp", "xapp-1", "db-password"):
        assert secret not in line
    assert "u:(hidden)@h" in line


def test_json_line_is_one_line() -> None:
    line = JsonLines([]).format(record("a\nb “c”", ValueError("d\ne")))
    assert "\n" not in line
    fields = json.loads(line)
    assert fields["message"] == "a\nb “c”"
    assert fields["error"] == "ValueError: d\ne"
    assert "request" not in fields


def test_text_line_names_the_request_once() -> None:
    async def log() -> list[str]:
        id = trace.start_request().id  # noqa: A001
        formatter = PlainLines([])
        return [formatter.format(record(text)).replace(id, "ID") for text in ("done", f"{id}: failed")]

    assert [line.split(" bot ")[1] for line in asyncio.run(log())] == ["ID: done", "ID: failed"]

"""The log on standard error: JSON lines for machines, plain text for a terminal, never a secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, TextIO

from bot.telemetry.trace import request_id

LogFormat = Literal["json", "text"]

# Slack's tokens by their prefixes, webhook addresses, by which anyone may post, and the tickets of Socket Mode.
_TOKEN = re.compile(r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[\w%.-]+|\bhooks\.slack\.com/[\w/%-]+|\bticket=[\w%-]+")
_HIDDEN = "(hidden)"
_SHORTEST_SECRET = 6  # characters; a shorter one would hide ordinary words


def start_logging(form: LogFormat | None, secrets: Iterable[str], stream: TextIO = sys.stderr) -> None:
    """Log to a stream.

    Args:
        form: The format; None means text on a terminal and JSON elsewhere.
        secrets: Texts that are replaced by `(hidden)` in every line.
        stream: Where lines are written.
    """
    if form is None:
        form = "text" if stream.isatty() else "json"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(secrets) if form == "json" else PlainLines(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("slack_bolt", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(logging.WARNING)


class PlainLines(logging.Formatter):
    """Text lines, with the request's id in front of each message that does not name it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._hide = _SecretFilter(secrets)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        request = request_id()
        if request and request not in record.message:
            record.message = f"{request}: {record.message}"
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return self._hide(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object per line: time, level, logger, message and, if there are any, request and error."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._hide = _SecretFilter(secrets)

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._hide(record.getMessage()),
        }
        if request := request_id():
            line["request"] = request
        if record.exc_info:
            line["error"] = self._hide(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class _SecretFilter:
    """Replaces known secrets, and everything that looks like a Slack token."""

    def __init__(self, secrets: Iterable[str]) -> None:
        texts = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, texts))) if texts else None

    def __call__(self, text: str) -> str:
        if self._pattern:
            text = self._pattern.sub(_HIDDEN, text)
        return _TOKEN.sub(_HIDDEN, text)

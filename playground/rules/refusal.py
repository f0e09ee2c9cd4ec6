"""How the local Slack says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class Refusal(Exception):
    """An API call that Slack would answer with `ok: false`."""

    def __init__(self, error: str, messages: Sequence[str] = (), **extra: Any) -> None:
        super().__init__(": ".join([error, *messages]))
        self.error = error
        self.messages = list(messages)
        self.extra = extra

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


@dataclass(frozen=True)
class Violation:
    """Something the bot did that Slack refuses; `where` is an API method or the delivery that it answered."""

    where: str
    error: str
    messages: list[str] = field(default_factory=list)

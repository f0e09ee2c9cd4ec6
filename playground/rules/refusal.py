"""Errors of the local Slack, and the record of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


class Refusal(Exception):
    """An API call that Slack would answer with `ok: false`.

    Args:
        error: Slack's error code, such as `invalid_blocks`.
        messages: Details, as in `response_metadata.messages`.
        extra: Other fields of the answer.
    """

    def __init__(self, error: str, messages: Sequence[str] = (), **extra: Any) -> None:
        super().__init__(": ".join([error, *messages]))
        self.error = error
        self.messages = list(messages)
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the body of the API's answer."""
        body: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


@dataclass(frozen=True)
class Violation:
    """A call or an answer of the app that Slack refuses."""

    where: str
    """The API method, or the request that the app answered, such as `view_submission` or a command."""
    error: str
    """Slack's error code."""
    messages: list[str] = field(default_factory=list)
    """Details with JSON pointers."""

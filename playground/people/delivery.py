"""Signed requests from Slack to the app."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from playground.rules.node import Json
from playground.rules.refusal import Refusal

ACK_SECONDS = 3.0


@dataclass(frozen=True)
class DeliveryResult:
    """The app's answer to a request."""

    status: int = 0
    """The HTTP status, or 0 without an answer."""
    body: str = ""
    seconds: float = 0.0
    """Seconds until the answer."""
    error: str | None = None
    """Slack's error code: `operation_timeout`, `dispatch_failed` or `invalid_response`."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """The errors that a submitted form shows, by block id: Slack's own or the app's."""

    @property
    def ok(self) -> bool:
        """True if the app answered in time with status 200."""
        return self.error is None and self.status == 200

    def json(self) -> Json:
        """Return the body as a JSON object, empty for an empty body. Raise Refusal for anything else."""
        if not self.body.strip():
            return {}
        try:
            body: Any = json.loads(self.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Refusal("invalid_response", ["[ERROR] the answer must be empty or a JSON object"])
        return body


class Delivery:
    """The sender of requests to the app: signed, form-encoded or JSON, with a time limit.

    Args:
        signing_secret: The app's signing secret.
        wall_clock: The clock that dates signatures, in seconds since 1970.
        ack_seconds: How long the app may take to answer.
    """

    def __init__(self, signing_secret: str, *, wall_clock: Callable[[], float], ack_seconds: float) -> None:
        self._secret = signing_secret.encode()
        self._wall_clock = wall_clock
        self._ack_seconds = ack_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send_form(self, url: str, fields: Mapping[str, str]) -> DeliveryResult:
        """Send form fields, as for a slash command."""
        return await self._post(url, urlencode(fields), "application/x-www-form-urlencoded", {})

    async def send_interaction(self, url: str, payload: Json) -> DeliveryResult:
        """Send an interaction: its payload in a form field."""
        return await self.send_form(url, {"payload": json.dumps(payload)})

    async def send_event(self, url: str, payload: Json, *, retry_num: int | None, retry_reason: str) -> DeliveryResult:
        """Send an event as JSON, with the headers of a retry if it has a number."""
        headers = {}
        if retry_num is not None:
            headers = {"X-Slack-Retry-Num": str(retry_num), "X-Slack-Retry-Reason": retry_reason}
        return await self._post(url, json.dumps(payload), "application/json", headers)

    async def close(self) -> None:
        """Close the connections to the app."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, body: str, content_type: str, headers: Mapping[str, str]) -> DeliveryResult:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        start = time.monotonic()
        try:
            async with (
                asyncio.timeout(self._ack_seconds),
                self._session.post(
                    url,
                    data=body.encode(),
                    headers={"Content-Type": content_type, **self.signature_headers(body), **headers},
                ) as response,
            ):
                text = await response.text()
        except TimeoutError:
            return DeliveryResult(seconds=time.monotonic() - start, error="operation_timeout")
        except aiohttp.ClientError:
            return DeliveryResult(seconds=time.monotonic() - start, error="dispatch_failed")
        error = None if response.status == 200 else "dispatch_failed"
        return DeliveryResult(response.status, text, time.monotonic() - start, error)

    def signature_headers(self, body: str) -> dict[str, str]:
        """Return the headers that prove that a body comes from Slack.

        They carry the wall clock, not the workspace's, because the app compares them with its own clock.
        """
        timestamp = str(int(self._wall_clock()))
        digest = hmac.new(self._secret, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

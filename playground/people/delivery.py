"""Signed HTTP from Slack to the bot."""

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
    """How the bot answered. `error` is Slack's word for a bot that did not; `errors` are those shown in a form."""

    status: int = 0
    body: str = ""
    seconds: float = 0.0
    error: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.error is None and self.status == 200

    def json(self) -> Json:
        """The body as a JSON object; nothing is an empty one."""
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
    """Posts to the bot as Slack does: signed, form-encoded or JSON, with three seconds to answer."""

    def __init__(self, signing_secret: str, *, wall_clock: Callable[[], float], ack_seconds: float) -> None:
        self._secret = signing_secret.encode()
        self._wall_clock = wall_clock
        self._ack_seconds = ack_seconds
        self._session: aiohttp.ClientSession | None = None

    async def form(self, url: str, fields: Mapping[str, str]) -> DeliveryResult:
        return await self._post(url, urlencode(fields), "application/x-www-form-urlencoded", {})

    async def interaction(self, url: str, payload: Json) -> DeliveryResult:
        return await self.form(url, {"payload": json.dumps(payload)})

    async def event(self, url: str, payload: Json, *, retry_num: int | None, retry_reason: str) -> DeliveryResult:
        headers = {}
        if retry_num is not None:
            headers = {"X-Slack-Retry-Num": str(retry_num), "X-Slack-Retry-Reason": retry_reason}
        return await self._post(url, json.dumps(payload), "application/json", headers)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, url: str, body: str, content_type: str, headers: Mapping[str, str]) -> DeliveryResult:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        started = time.monotonic()
        try:
            async with (
                asyncio.timeout(self._ack_seconds),
                self._session.post(
                    url, data=body.encode(), headers={"Content-Type": content_type, **self.signed(body), **headers}
                ) as response,
            ):
                text = await response.text()
        except TimeoutError:
            return DeliveryResult(seconds=time.monotonic() - started, error="operation_timeout")
        except aiohttp.ClientError:
            return DeliveryResult(seconds=time.monotonic() - started, error="dispatch_failed")
        error = None if response.status == 200 else "dispatch_failed"
        return DeliveryResult(response.status, text, time.monotonic() - started, error)

    def signed(self, body: str) -> dict[str, str]:
        """The headers that prove that a body comes from Slack.

        They carry the wall clock, not the workspace's: the bot checks them against its own.
        """
        timestamp = str(int(self._wall_clock()))
        digest = hmac.new(self._secret, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

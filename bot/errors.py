"""Transient errors: failures of Slack, the network or the database that pass by themselves."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

_RATE_LIMITS = frozenset({"ratelimited", "rate_limited"})
TRANSIENT_SLACK_ERRORS = _RATE_LIMITS | {
    "external_channel_migrating",
    "file_update_failed",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "update_failed",
}
"""Slack's errors that pass by themselves."""
_PASSING_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL")
"""Another process writes, or the disk is full until somebody makes room."""


class Postponed(Exception):
    """Error for a job that has to wait for something other than a failure: it is released, and the attempt doesn't
    count.
    """

    def __init__(self, reason: str, seconds: float) -> None:
        """Args: the reason, for the log, and the seconds until the next attempt."""
        super().__init__(reason)
        self.seconds = seconds


def counts_as_attempt(error: BaseException) -> bool:
    """Return whether a failed attempt counts; a rate limit had no effect, and a postponement is no failure."""
    return not (isinstance(error, Postponed) or is_rate_limit(error))


def is_transient(error: BaseException) -> bool:
    """Return whether Slack, the network or the database was away or busy, so that another attempt may succeed."""
    if isinstance(error, SlackApiError):
        status = status_of(error)
        return status == 429 or status >= 500 or error_of(error) in TRANSIENT_SLACK_ERRORS
    if isinstance(error, DBAPIError):
        if (name := getattr(error.orig, "sqlite_errorname", None)) is not None:
            return str(name).startswith(_PASSING_SQLITE)
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, aiohttp.ClientError | OSError | NoFreeConnection)  # TimeoutError is an OSError


def is_rate_limit(error: BaseException) -> bool:
    """Return whether Slack refused a call because there were too many. The call had no effect."""
    return isinstance(error, SlackApiError) and (status_of(error) == 429 or error_of(error) in _RATE_LIMITS)


def retry_after_s(error: BaseException) -> float:
    """Return the seconds that Slack asks to wait; 0 if it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if not isinstance(headers, Mapping):
        return 0.0
    values = [str(value) for name, value in headers.items() if str(name).lower() == "retry-after"]
    return float(values[0]) if values and values[0].isdecimal() else 0.0


def error_of(error: SlackApiError) -> str:
    """Return Slack's error name; empty if the answer was not JSON."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def status_of(error: SlackApiError) -> int:
    """Return the HTTP status; 0 if there is none."""
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)

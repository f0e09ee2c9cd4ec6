"""Which failures pass by themselves, so that trying again is worth it."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

_PASSING_ERRORS = frozenset({"ratelimited", "rate_limited", "internal_error", "service_unavailable", "request_timeout"})
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


def is_transient(error: BaseException) -> bool:
    """Whether Slack, the network or the database was away or busy, rather than something being wrong."""
    if isinstance(error, SlackApiError):
        return status_of(error) == 429 or status_of(error) >= 500 or error_of(error) in _PASSING_ERRORS
    if isinstance(error, DBAPIError):
        if (name := getattr(error.orig, "sqlite_errorname", None)) is not None:
            return str(name).startswith(_BUSY)
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, aiohttp.ClientError | OSError | NoFreeConnection)  # TimeoutError is an OSError


def error_of(error: SlackApiError) -> str:
    """Slack's error name; empty where it sent something else than JSON."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def status_of(error: SlackApiError) -> int:
    """The HTTP status; 0 where there is none."""
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)

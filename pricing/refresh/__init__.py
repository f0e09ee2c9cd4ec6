"""Refresh prices: read live feeds, compare them with the catalogue, and write the prices that changed."""

from pricing.refresh.apply import NotWritten, apply
from pricing.refresh.compare import Finding, Outcome
from pricing.refresh.feed import Feed, load_feeds
from pricing.refresh.overlay import write_overlay
from pricing.refresh.run import RefreshReport, feed_session, refresh, refresh_into

__all__ = [
    "Feed",
    "Finding",
    "NotWritten",
    "Outcome",
    "RefreshReport",
    "apply",
    "feed_session",
    "load_feeds",
    "refresh",
    "refresh_into",
    "write_overlay",
]

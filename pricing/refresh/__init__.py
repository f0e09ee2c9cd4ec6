"""Refresh prices: read live feeds, compare them with the catalogue, and write the prices that changed."""

from pricing.refresh.apply import PriceWriteError, apply
from pricing.refresh.command import format_price_files, run_refresh
from pricing.refresh.feed import Feed, load_feeds
from pricing.refresh.findings import Finding, Outcome
from pricing.refresh.overlay import write_overlay
from pricing.refresh.run import RefreshReport, feed_session, refresh, refresh_into

__all__ = [
    "Feed",
    "Finding",
    "Outcome",
    "PriceWriteError",
    "RefreshReport",
    "apply",
    "feed_session",
    "format_price_files",
    "load_feeds",
    "refresh",
    "refresh_into",
    "run_refresh",
    "write_overlay",
]

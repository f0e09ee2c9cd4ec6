"""Fresh prices: live feeds read, held against the catalogue, and written down with their date."""

from pricing.refresh.apply import NotWritten, apply
from pricing.refresh.compare import Finding, Outcome
from pricing.refresh.feed import Feed, load_feeds
from pricing.refresh.http import BoundedHttp, Http, feed_session
from pricing.refresh.overlay import write_overlay
from pricing.refresh.run import Report, refresh, refresh_into

__all__ = [
    "BoundedHttp",
    "Feed",
    "Finding",
    "Http",
    "NotWritten",
    "Outcome",
    "Report",
    "apply",
    "feed_session",
    "load_feeds",
    "refresh",
    "refresh_into",
    "write_overlay",
]

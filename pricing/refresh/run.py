"""Read all feeds and compare them with the catalogue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientSession

from pricing.catalog import Catalog
from pricing.http_client import HttpClient, HttpError
from pricing.load import load_catalog
from pricing.refresh.compare import compare, mark_disputed
from pricing.refresh.compare_scores import compare_scores
from pricing.refresh.feed import Feed, load_feeds
from pricing.refresh.findings import Finding
from pricing.refresh.observation import FeedError, Observations
from pricing.refresh.overlay import write_overlay
from pricing.refresh.readers import READERS

USER_AGENT = "ftcost (price refresh)"

logger = logging.getLogger(__name__)


def feed_session(proxy: str | None = None) -> ClientSession:
    """Return an HTTP session for reading feeds.

    Args:
        proxy: The proxy's address; None: the one that the environment names, if any.
    """
    return ClientSession(headers={"User-Agent": USER_AGENT}, trust_env=True, proxy=proxy)


class RefreshReport(NamedTuple):
    """The findings of a refresh, and warnings about feeds that couldn't be read."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    """Sentences about feeds, or parts of them, that couldn't be read."""


async def refresh(
    http: HttpClient, feeds: Mapping[str, Feed], catalog: Catalog, today: date, keys: Mapping[str, str]
) -> RefreshReport:
    """Read feeds and return how they differ from the catalogue. Nothing is written.

    Args:
        http: Sends the requests.
        feeds: By id. A feed that can't be used only adds a warning to the report.
        catalog: Holds the recorded prices.
        today: The date of the comparison.
        keys: API keys, by the environment variable that `Feed.key` names.
    """
    usable = {feed_id: feed for feed_id, feed in feeds.items() if not feed.key or keys.get(feed.key)}
    contents = await asyncio.gather(*(_read(_with_key(http, feed, keys), feed) for feed in usable.values()))
    findings: list[Finding] = []
    warnings = [f"{feed.title} was skipped: {feed.key} isn't set." for id_, feed in feeds.items() if id_ not in usable]
    for (feed_id, feed), content in zip(usable.items(), contents, strict=True):
        try:
            if isinstance(content, FeedError):
                raise content
            findings += await asyncio.to_thread(compare, feed_id, feed, content, catalog, today)
            findings += compare_scores(feed_id, feed, content.scores, catalog.capability) if feed.scale else []
            warnings += [f"{feed.title} was read only in part: {warning}." for warning in content.warnings]
        except FeedError as error:
            warnings.append(f"{feed.title} {error}.")
    return RefreshReport(tuple(mark_disputed(findings)), tuple(warnings))


async def refresh_into(
    folder: Path, http: HttpClient, *, today: date, keys: Mapping[str, str], feeds: Mapping[str, Feed] | None = None
) -> RefreshReport:
    """Read feeds, write the prices into a folder for `load_catalog(refreshed_dir=folder)`, and return the report.

    Args:
        folder: Prices of earlier refreshes in it are preserved. Created if it doesn't exist.
        http: Sends the requests.
        today: The date of confirmed sources and new prices.
        keys: API keys, by the environment variable that `Feed.key` names.
        feeds: By id; None: all feeds of feeds.yml.

    Raises:
        PriceWriteError: If the prices can't be written. No file has changed.
        PriceFileError: If the folder or feeds.yml can't be read.
    """
    feeds = load_feeds() if feeds is None else feeds
    catalog = await asyncio.to_thread(load_with_refreshed, folder)
    report = await refresh(http, feeds, catalog, today, keys)
    await asyncio.to_thread(write_overlay, report.findings, feeds, catalog, folder, today)
    return report


def load_with_refreshed(folder: Path) -> Catalog:
    """Return the catalogue with the prices of earlier refreshes in `folder`, which is created if it doesn't exist."""
    folder.mkdir(parents=True, exist_ok=True)
    return load_catalog(refreshed_dir=folder)


def _with_key(http: HttpClient, feed: Feed, keys: Mapping[str, str]) -> HttpClient:
    name, value = feed.header
    return http.with_header(name, value.format(key=keys[feed.key])) if feed.key else http


async def _read(http: HttpClient, feed: Feed) -> Observations | FeedError:
    try:
        return await READERS[feed.reader](http, feed)
    except FeedError as error:
        return error
    except HttpError as error:
        return FeedError(str(error))
    except Exception as error:
        logger.exception("the reader %s of the price feed failed", feed.reader)
        return FeedError(f"has an unexpected format ({type(error).__name__})")

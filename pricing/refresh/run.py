"""All feeds at once: what they say, and what could not be read."""

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
from pricing.refresh.compare import Finding, compare, settle
from pricing.refresh.feed import Feed, load_feeds
from pricing.refresh.observation import FeedError, Observations
from pricing.refresh.overlay import write_overlay
from pricing.refresh.readers import READERS

USER_AGENT = "ftcost (price refresh)"

logger = logging.getLogger(__name__)


def feed_session(proxy: str | None = None) -> ClientSession:
    """Return a session for reading feeds, through a proxy or the one that the environment names."""
    return ClientSession(headers={"User-Agent": USER_AGENT}, trust_env=True, proxy=proxy)


class RefreshReport(NamedTuple):
    """What a refresh found."""

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    """Sentences about feeds, or parts of them, that could not be read."""


async def refresh(
    http: HttpClient, feeds: Mapping[str, Feed], catalog: Catalog, today: date, keys: Mapping[str, str]
) -> RefreshReport:
    """Read all feeds and hold them against the catalogue. `keys` are by the names that the feeds give. A feed that
    cannot be used costs a warning; nothing is written.
    """
    usable = {feed_id: feed for feed_id, feed in feeds.items() if not feed.key or keys.get(feed.key)}
    answers = await asyncio.gather(*(_read(_with_key(http, feed, keys), feed) for feed in usable.values()))
    findings: list[Finding] = []
    warnings = [f"{feed.title} is left out: it needs {feed.key}." for id_, feed in feeds.items() if id_ not in usable]
    for (feed_id, feed), answer in zip(usable.items(), answers, strict=True):
        try:
            if isinstance(answer, FeedError):
                raise answer
            findings += await asyncio.to_thread(compare, feed_id, feed, answer, catalog, today)
            warnings += [f"{feed.title}: a part of it could not be read: {warning}." for warning in answer.warnings]
        except FeedError as error:
            warnings.append(f"{feed.title} {error}.")
    return RefreshReport(tuple(settle(findings)), tuple(warnings))


async def refresh_into(
    folder: Path, http: HttpClient, *, today: date, keys: Mapping[str, str], feeds: Mapping[str, Feed] | None = None
) -> RefreshReport:
    """Refresh the folder that `load_catalog(refreshed_dir=folder)` lays over the catalogue; for a schedule. Raises
    NotWritten, with every file as it was, and PriceFileError where the folder or feeds.yml cannot be read.
    """
    feeds = load_feeds() if feeds is None else feeds
    catalog = await asyncio.to_thread(laid_over, folder)
    report = await refresh(http, feeds, catalog, today, keys)
    await asyncio.to_thread(write_overlay, report.findings, feeds, catalog, folder, today)
    return report


def laid_over(folder: Path) -> Catalog:
    """The catalogue with what earlier refreshes wrote into `folder`, which is made where there is none."""
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
        logger.exception("the reader %s failed", feed.reader)
        return FeedError(f"has changed shape in a way that its reader does not know ({type(error).__name__})")

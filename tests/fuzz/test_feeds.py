"""The readers of price feeds, with answers that were damaged anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pricing import ResponseFormat
from pricing.refresh import Feed, load_feeds
from pricing.refresh.observation import FeedError, Observations
from pricing.refresh.parse import csv_of, json_of, only_csv_in
from pricing.refresh.readers import READERS
from tests.fuzz.hostile import examples, in_time, outcome
from tests.pricing.refresh.feed_server import FOLDER, RECORDED, zipped


class Canned:
    """Http without a network, for thousands of answers."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def get(self, url: str, expected: ResponseFormat, *, max_bytes: int) -> bytes:
        return b"v1" if url.endswith("version") else self.body

    async def lines(self, url: str, expected: ResponseFormat, *, max_bytes: int) -> AsyncIterator[str]:
        for line in self.body.decode("utf-8", "replace").splitlines():
            yield line

    def with_header(self, name: str, value: str) -> Canned:
        return self


def answer_of(feed_id: str, feed: Feed, body: bytes) -> Observations | FeedError:
    async def read() -> Observations | FeedError:
        try:
            return await READERS[feed.reader](Canned(body), feed)
        except FeedError as error:
            return error

    return asyncio.run(read())


FEEDS = load_feeds()
RECORDED_JSON = {
    path.split("/")[1]: json.loads((FOLDER / name).read_text().replace("NaN", "null"))
    for path, (name, _) in RECORDED.items()
    if name.endswith(".json") and " " not in path
}
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a recorded answer."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


def with_junk(value: Any, path: tuple[Any, ...], put: Any) -> Any:
    if not path:
        return put
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_junk(value[path[0]], path[1:], put)
    return copy


WAYS = {feed_id: places(recorded) for feed_id, recorded in RECORDED_JSON.items()}


@examples(50)
@given(st.data(), junk)
def test_junk_anywhere_in_a_recorded_answer(data: st.DataObject, put: Any) -> None:
    feed_id = data.draw(st.sampled_from(sorted(WAYS)))
    path = data.draw(st.sampled_from(WAYS[feed_id]))
    body = json.dumps(with_junk(RECORDED_JSON[feed_id], path, put)).encode()
    with in_time(path):
        seen = answer_of(feed_id, FEEDS[feed_id], body)
    if isinstance(seen, Observations):
        assert all(price.usd is None or (price.usd.is_finite() and price.usd >= 0) for price in seen.prices)
        assert all(price.name and price.name.isprintable() for price in seen.prices)


@examples(50)
@given(st.sampled_from(["skypilot", "aws-ec2", "gpuhunt"]), st.binary(max_size=60), st.integers(0, 3000))
def test_junk_anywhere_in_a_recorded_table(feed_id: str, put: bytes, at: int) -> None:
    name = {"skypilot": "skypilot-lambda.csv", "aws-ec2": "aws-ec2-us-east-1.csv", "gpuhunt": "gpuhunt-nebius.csv"}
    body = (FOLDER / name[feed_id]).read_bytes()
    body = body[:at] + put + body[at:]
    with in_time(put):
        seen = answer_of(feed_id, FEEDS[feed_id], zipped({"a.csv": body}) if feed_id == "gpuhunt" else body)
    if isinstance(seen, Observations):
        assert all(price.usd is None or (price.usd.is_finite() and price.usd >= 0) for price in seen.prices)


@examples(50)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_feeds(body: bytes) -> None:
    reads: list[Callable[[], object]] = [
        lambda: json_of(body),
        lambda: only_csv_in(body, 1000),
        lambda: list(csv_of(body.decode("latin-1"), ("a",))),
    ]
    with in_time(body):
        for read in reads:
            outcome(read, FeedError)

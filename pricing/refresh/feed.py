"""Price feeds and how their names map to the catalogue (`pricing/data/feeds.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from msgspec import field

from pricing.files.reading import DATA_DIR, read_record, read_text
from pricing.files.record import Limits, Record
from pricing.vocabulary import Confidence, Method, PriceKind

FEEDS_PATH = DATA_DIR / "feeds.yml"

Reader = Literal[
    "arena",
    "aws_bedrock",
    "aws_ec2",
    "azure_retail",
    "eci",
    "genai_data",
    "google_billing",
    "gpuhunt",
    "litellm",
    "openai_models",
    "openrouter",
    "skypilot",
    "together",
]


class PriceMapping(Record):
    """A price of the catalogue that a name in a feed stands for."""

    offer: str
    kind: PriceKind | None = None
    """None if the feed names the kind itself."""
    method: Method | None = None
    variant: str | None = None


class Feed(Record):
    """A machine-readable source of prices."""

    reader: Reader
    """The module of pricing/refresh/readers that reads it."""
    title: Annotated[str, Limits(min_length=1, max_length=200)]
    url: Annotated[str, Limits(pattern=r"^https?://\S+$")]
    """The address to fetch. `{part}` is replaced by each of `parts`."""
    page: Annotated[str | None, Limits(pattern=r"^https?://\S+$")] = None
    """The page to cite as the source, if it isn't `url`."""
    confidence: Confidence
    """The confidence of new prices from this feed; high for a vendor's own feed."""
    key: str | None = None
    """The environment variable with the required key; the feed is skipped if it isn't set."""
    header: tuple[str, str] = ("Authorization", "Bearer {key}")
    """The header that carries the key. A key in the address would end up in logs."""
    scheduled: bool = True
    """Whether a running bot reads the feed. False if an answer has hundreds of megabytes."""
    max_megabytes: Annotated[int, Limits(gt=0, le=2_000)] = 20
    parts: tuple[str, ...] = ()
    """Regions, clouds or services, fetched one by one."""
    regions: tuple[str, ...] = ()
    """Regions in order of preference, for names with a price per region."""
    platforms_by_meter: tuple[str, ...] = ()
    """Platforms whose recorded `meter` is a name in this feed."""
    platforms_by_model: tuple[str, ...] = ()
    """Platforms whose recorded `model` is a name in this feed."""
    kinds: tuple[PriceKind, ...] = ()
    """The kinds whose prices hold for tuned models; empty: all."""
    method: Method | None = None
    """The method of the feed's training prices, for offers of `platforms_by_model` with a price per method."""
    names: dict[str, tuple[PriceMapping, ...]] = field(default_factory=dict)
    """Mappings of names that no `meter` or `model` has."""
    base: dict[str, str] = field(default_factory=dict)
    """Names of base models, and their names in the genai-prices package."""
    gpus: dict[str, str] = field(default_factory=dict)
    """Clouds and GPUs of a feed of rates by the hour, such as nebius/H100, and the offer of each."""
    scale: str | None = None
    """The scale of a feed of capability values; such a feed has no prices."""
    report: str | None = None
    """A pattern; unmapped names that contain it are reported as new."""
    ignore: tuple[str, ...] = ()
    """Names that are never reported; a comment in the file says why."""
    ignore_endings: tuple[str, ...] = ()
    """Names whose end date means something else."""

    @cached_property
    def report_pattern(self) -> re.Pattern[str] | None:
        """Return the pattern of unknown names that are worth a line of the report."""
        return re.compile(self.report) if self.report else None

    @property
    def max_bytes(self) -> int:
        """Return the largest size of the feed's answer."""
        return self.max_megabytes * 1_000_000

    @property
    def source_url(self) -> str:
        """Return the address that a price cites as its source."""
        return self.page or self.url.partition("?")[0]


class FeedsFile(Record):
    """All feeds by id."""

    feeds: dict[str, Feed]


def load_feeds() -> Mapping[str, Feed]:
    """Return the feeds by id, in the order of the file.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    return read_record(FEEDS_PATH.name, read_text(FEEDS_PATH), FeedsFile).feeds

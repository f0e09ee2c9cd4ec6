"""What a feed is and how its names map to our prices: `pricing/data/feeds.yml`, read as strictly as the prices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from pricing.files.records import DATA_DIR, PriceFileError
from pricing.files.strict_yaml import YamlError, read_yaml
from pricing.offer import Record
from pricing.vocabulary import Confidence, Method, PriceKind

FEEDS_PATH = DATA_DIR / "feeds.yml"

Reader = Literal[
    "aws_bedrock",
    "aws_ec2",
    "azure_retail",
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
    """A price of ours that a name of a feed stands for."""

    offer: str
    kind: PriceKind | None = None
    """None where the feed itself says which kind it prices."""
    method: Method | None = None
    variant: str | None = None


class Feed(Record):
    """One source of prices that a program can read."""

    reader: Reader
    """The module of pricing/refresh/readers that reads it."""
    title: str = Field(min_length=1, max_length=200)
    url: str = Field(pattern=r"^https?://\S+$")
    """What is fetched. `{part}` stands for each of `parts` in turn."""
    page: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """Where a reader of an answer can check it, where that is not `url`."""
    confidence: Confidence
    """Of a price that this feed alone has: high where it is the vendor's own."""
    key: str | None = None
    """The environment variable with the key it needs; without one the feed is left out."""
    header: tuple[str, str] = ("Authorization", "Bearer {key}")
    """The header that carries the key. Never the address, which ends up in logs."""
    scheduled: bool = True
    """Whether a running bot reads it on its schedule; not where an answer is hundreds of megabytes."""
    max_megabytes: int = Field(default=20, gt=0, le=2_000)
    parts: tuple[str, ...] = ()
    """Regions, clouds or services that are fetched one by one."""
    regions: tuple[str, ...] = ()
    """Where a name has several prices: the region whose price is ours, the first that there is."""
    meters_of: tuple[str, ...] = ()
    """Platforms whose recorded `meter` is a name of this feed."""
    models_of: tuple[str, ...] = ()
    """Platforms whose recorded `model` is a name of this feed."""
    kinds: tuple[PriceKind, ...] = ()
    """What the feed's kinds say of tuned models; empty: all of them."""
    method: Method | None = None
    """What the feed's training prices buy, where an offer of `models_of` has a price a method."""
    names: dict[str, tuple[PriceMapping, ...]] = Field(default_factory=dict)
    """What a name stands for, where no `meter` or `model` says it."""
    base: dict[str, str] = Field(default_factory=dict)
    """Names of models that are prompted, and what the genai-prices package calls them."""
    report: str | None = None
    """Names without a place are worth a line where this pattern is in them."""
    ignore: tuple[str, ...] = ()
    """Names that are known and of no use; why stands in a comment of the file."""
    ignore_endings: tuple[str, ...] = ()
    """Names whose end date is known to be something else."""

    @cached_property
    def report_pattern(self) -> re.Pattern[str] | None:
        return re.compile(self.report) if self.report else None

    @property
    def max_bytes(self) -> int:
        return self.max_megabytes * 1_000_000

    @property
    def shown_url(self) -> str:
        return self.page or self.url.partition("?")[0]


class FeedsFile(Record):
    """All feeds by id."""

    feeds: dict[str, Feed]


def load_feeds(path: Path = FEEDS_PATH) -> Mapping[str, Feed]:
    """The feeds by id, in the order of the file. Raises PriceFileError."""
    try:
        return FeedsFile.model_validate(read_yaml(path.read_text(encoding="utf-8"))).feeds
    except (OSError, UnicodeDecodeError) as error:
        raise PriceFileError(f"{path.name}: cannot be read as UTF-8 text ({error})") from None
    except YamlError as error:
        raise PriceFileError(f"{path.name}: {error}") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise PriceFileError(f"{path.name}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None

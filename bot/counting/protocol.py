"""Messages between the bot and the process that counts a file: JSON, one value a line."""

from __future__ import annotations

import msgspec

from calculator.datasets import Columns, DatasetCount, LengthLimit, MessageOverhead
from pricing import Encoding, Format

ELSEWHERE = "Share a part of it, or count it in a terminal: ftcost count FILE."
"""The advice for a file that exceeds a limit."""


class CountLimits(msgspec.Struct, frozen=True):
    """Limits of a count that others wait for. None means no limit."""

    seconds: float | None = None
    """The longest time."""
    lines: int | None = None
    """The most lines."""
    problems: int | None = None
    """Problems from which the count ends, if there are more than two for each example."""


class Task(msgspec.Struct, tag=True):
    """A file to count, with the settings of the count."""

    path: str
    encoding: Encoding
    workers: int
    overheads: dict[Format, MessageOverhead]
    """Tokens that each format adds to the texts."""
    limits: list[LengthLimit]
    max_unpacked_bytes: int
    image_tokens: int = 0
    """Tokens of an image at detail low."""
    refused_by: dict[str, str] = {}
    """Titles of the platforms that refuse a trait."""
    max_images: list[tuple[int, str]] = []
    """Most images in an example, with the title of the platform."""
    columns: Columns | None = None
    """The columns of a table with the question and the answer; None to go by their names."""
    more_paths: list[str] = []
    """Further files, which are counted as if they followed in the first."""
    report_path: str | None = None
    """The file to which problems are written, one JSON object a line; None writes none."""
    max_reported: int | None = None
    """The most problems to write; further ones are only counted. None means no limit."""

    count_limits: CountLimits = CountLimits()


class Progress(msgspec.Struct, tag=True, frozen=True):
    """The progress of a count. Bytes are those of the file on disk, compressed or not."""

    bytes_done: int
    bytes_total: int
    examples: int
    problems: int


class Finished(msgspec.Struct, tag=True):
    """The result of a finished count."""

    count: DatasetCount


class Refused(msgspec.Struct, tag=True):
    """A file that cannot be read; `text` is the reason, for users."""

    text: str
    columns: list[str] = []
    """The columns of a table whose question and answer have to be chosen."""


class ConversionTask(msgspec.Struct):
    """A file to convert."""

    path: str
    platform: str
    output_path: str
    """The file that receives the copy."""
    columns: Columns | None = None
    """The columns of a table with the question and the answer; None to go by their names."""


class Converted(msgspec.Struct, tag=True):
    """The result of a conversion."""

    written: int
    failed: int
    """The number of lines that could not be converted, and are missing in the copy."""
    faults: list[str]
    """The first of them, each with its reason."""


Output = Progress | Finished | Refused
"""A message of the counting process."""

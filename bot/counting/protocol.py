"""What the bot and the process that counts a file say to each other: JSON, one value a line."""

from __future__ import annotations

import msgspec

from calculator.datasets import DatasetCount, LengthLimit, MessageOverhead
from pricing import Encoding, Format


class Task(msgspec.Struct, tag=True):
    """What to count, and how."""

    path: str
    encoding: Encoding
    workers: int
    beside: dict[Format, MessageOverhead]
    limits: list[LengthLimit]
    max_unpacked_bytes: int
    report_path: str | None = None
    """Where every fault goes, one JSON object a line."""
    max_reported: int | None = None
    """So many at most; the rest is only counted."""


class Progress(msgspec.Struct, tag=True, frozen=True):
    """How far it is; `bytes_done` of the file as it lies there, packed or not."""

    bytes_done: int
    bytes_total: int
    examples: int
    problems: int


class Finished(msgspec.Struct, tag=True):
    count: DatasetCount


class Refused(msgspec.Struct, tag=True):
    """A file that cannot be read; `text` is for people."""

    text: str


Said = Progress | Finished | Refused

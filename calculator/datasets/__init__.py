"""Counting of training files: tokens, lengths and problems. Pure: bytes in, counts out, the tokenizer an argument."""

from calculator.datasets.blocks import BlockCount, CountingRules, Tokenizer, count_block
from calculator.datasets.formats import detect_format
from calculator.datasets.lines import Block, split_blocks
from calculator.datasets.opening import MAX_UNPACKED_BYTES, open_text
from calculator.datasets.problems import KINDS, MAX_SHOWN, Kind, Problem
from calculator.datasets.reading import MessageOverhead
from calculator.datasets.report import (
    Acceptance,
    DatasetReport,
    Fate,
    PlatformRequirements,
    limits_of,
    make_report,
    needs_of,
)
from calculator.datasets.tally import DatasetCount, LengthLimit, LengthPercentiles, Tally, Truncation

__all__ = [
    "KINDS",
    "MAX_SHOWN",
    "MAX_UNPACKED_BYTES",
    "Acceptance",
    "Block",
    "BlockCount",
    "CountingRules",
    "DatasetCount",
    "DatasetReport",
    "Fate",
    "Kind",
    "LengthLimit",
    "LengthPercentiles",
    "MessageOverhead",
    "PlatformRequirements",
    "Problem",
    "Tally",
    "Tokenizer",
    "Truncation",
    "count_block",
    "detect_format",
    "limits_of",
    "make_report",
    "needs_of",
    "open_text",
    "split_blocks",
]

"""What is in a training file: tokens, split, faults. Pure: bytes in, counts out; the tokenizer is an argument."""

from calculator.dataset.blocks import BlockCount, Rules, Tokenizer, count_block
from calculator.dataset.formats import detect_format
from calculator.dataset.lines import Block, split_blocks
from calculator.dataset.opening import MAX_UNPACKED_BYTES, open_text
from calculator.dataset.problems import KINDS, MAX_SHOWN, Kind, Problem
from calculator.dataset.reading import Beside
from calculator.dataset.report import DatasetReport, Fate, Needs, Verdict, limits_of, make_report, needs_of
from calculator.dataset.tally import Cut, DatasetCount, Limit, Percentiles, Tally

__all__ = [
    "KINDS",
    "MAX_SHOWN",
    "MAX_UNPACKED_BYTES",
    "Beside",
    "Block",
    "BlockCount",
    "Cut",
    "DatasetCount",
    "DatasetReport",
    "Fate",
    "Kind",
    "Limit",
    "Needs",
    "Percentiles",
    "Problem",
    "Rules",
    "Tally",
    "Tokenizer",
    "Verdict",
    "count_block",
    "detect_format",
    "limits_of",
    "make_report",
    "needs_of",
    "open_text",
    "split_blocks",
]

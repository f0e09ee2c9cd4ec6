"""Counting of training files: tokens, lengths and problems. Pure: bytes in, counts out, the tokenizer an argument."""

from calculator.datasets.conversion.convert import convert_record
from calculator.datasets.conversion.vendor_formats import ConversionError
from calculator.datasets.counting.acceptance import (
    Acceptance,
    Fate,
    PlatformRequirements,
    image_limits,
    refusing_platforms,
)
from calculator.datasets.counting.blocks import (
    BlockCount,
    CountingRules,
    Tokenizer,
    count_block,
    file_problems,
)
from calculator.datasets.counting.detection import detect_format
from calculator.datasets.counting.report import DatasetReport, limits_of, make_report, needs_of
from calculator.datasets.counting.tally import DatasetCount, LengthLimit, LengthPercentiles, Tally, Truncation
from calculator.datasets.lines.opening import MAX_UNPACKED_BYTES, PARQUET, OpenedFile, open_file
from calculator.datasets.lines.splitting import Block, split_blocks
from calculator.datasets.lines.tables import Columns, ColumnsUnknown, describe_columns, kept_columns
from calculator.datasets.reading.decoding import decode_line, record_of
from calculator.datasets.records.parsed_line import MessageOverhead
from calculator.datasets.records.problems import KINDS, MAX_SHOWN, Kind, Problem
from calculator.datasets.records.recognition import format_of

__all__ = [
    "KINDS",
    "MAX_SHOWN",
    "MAX_UNPACKED_BYTES",
    "PARQUET",
    "Acceptance",
    "Block",
    "BlockCount",
    "Columns",
    "ColumnsUnknown",
    "ConversionError",
    "CountingRules",
    "DatasetCount",
    "DatasetReport",
    "Fate",
    "Kind",
    "LengthLimit",
    "LengthPercentiles",
    "MessageOverhead",
    "OpenedFile",
    "PlatformRequirements",
    "Problem",
    "Tally",
    "Tokenizer",
    "Truncation",
    "convert_record",
    "count_block",
    "decode_line",
    "describe_columns",
    "detect_format",
    "file_problems",
    "format_of",
    "image_limits",
    "kept_columns",
    "limits_of",
    "make_report",
    "needs_of",
    "open_file",
    "record_of",
    "refusing_platforms",
    "split_blocks",
]

"""Parse untrusted bytes and values of a feed into plain values."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from pricing.refresh.observation import FeedError

MILLION = 1_000_000
MAX_DIGITS = 40
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,30})?([eE][-+]?\d{1,2})?", re.ASCII)
_SIX_DIGITS = Context(prec=6)  # floats in feeds are off in the 16th digit; no list price has more than six digits


def json_of(data: bytes) -> Any:
    """Return parsed JSON with its numbers as exact Decimals, and NaN and Infinity as None. Raises FeedError."""
    try:
        return json.loads(data, parse_float=_decimal, parse_int=_decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise FeedError("isn't valid JSON") from None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if len(text) <= MAX_DIGITS else None


def usd(value: Any, factor: int | Decimal = 1) -> Decimal | None:
    """Return a price of zero or more, times `factor`, which converts its unit; None for anything else."""
    text = str(value) if isinstance(value, Decimal | str) else ""
    if not _NUMBER.fullmatch(text):
        return None
    return _SIX_DIGITS.create_decimal(Decimal(text) * factor)


def price_per_gpu(price: Decimal | None, count: Decimal) -> Decimal | None:
    """Return an instance's price divided by its number of GPUs."""
    return None if price is None else _SIX_DIGITS.divide(price, count)


def day_of(value: Any) -> date | None:
    """Return a date from ISO text or from seconds since 1970; None for anything else."""
    try:
        if isinstance(value, Decimal):
            return datetime.fromtimestamp(int(value), UTC).date()
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def mapping(value: Any, name: str) -> dict[str, Any]:
    """Return a JSON object. Raises FeedError if `value` isn't one; `name` is for its message."""
    if not isinstance(value, dict):
        raise FeedError(f"has an unexpected format: {name} isn't an object")
    return value


def rows(value: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; other elements are skipped. Raises FeedError if it isn't a list."""
    if not isinstance(value, list):
        raise FeedError(f"has an unexpected format: {name} isn't a list")
    return [row for row in value if isinstance(row, dict)]


def name_of(value: Any) -> str:
    """Return a printable name of at most 200 characters; empty for anything else."""
    return value if isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() else ""


def csv_of(text: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield rows by column name; rows of another length are skipped. Raises FeedError if a column is missing."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader, [])
        if missing := [column for column in columns if column not in header]:
            raise FeedError(f"has an unexpected format: the column {missing[0]} is missing")
        for row in reader:
            if len(row) == len(header):
                yield dict(zip(header, row, strict=True))
    except csv.Error:
        raise FeedError("isn't valid CSV") from None


def text_of(data: bytes) -> str:
    """Return decoded UTF-8. Raises FeedError."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise FeedError("isn't UTF-8 text") from None


def only_csv_in(data: bytes, max_bytes: int) -> str:
    """Return the only CSV file of a zip, unpacking at most `max_bytes`. Raises FeedError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".csv")]
            if len(names) != 1:
                raise FeedError("has an unexpected format: the zip doesn't hold exactly one CSV file")
            with archive.open(names[0]) as file:
                unpacked = file.read(max_bytes + 1)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise FeedError("isn't a valid zip file") from None
    if len(unpacked) > max_bytes:
        raise FeedError(f"is larger than {max_bytes:,} bytes when unpacked")
    return text_of(unpacked)

"""Bytes of a feed -> plain values. Everything here is hostile until it has been through one of these functions."""

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
_SHOWN = Context(prec=6)  # floats in feeds are off in the 16th digit; no list price has more than six


def json_of(data: bytes) -> Any:
    """JSON with numbers as exact Decimals. NaN and Infinity become None, which is no price. Raises FeedError."""
    try:
        return json.loads(data, parse_float=_decimal, parse_int=_decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise FeedError("is not whole JSON") from None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if len(text) <= MAX_DIGITS else None


def usd(value: Any, times: int | Decimal = 1) -> Decimal | None:
    """A price of zero or more, multiplied to the unit we keep it in; None for anything else."""
    text = str(value) if isinstance(value, Decimal | str) else ""
    if not _NUMBER.fullmatch(text):
        return None
    return _SHOWN.create_decimal(Decimal(text) * times)


def shared_by(price: Decimal | None, count: Decimal) -> Decimal | None:
    """What one of `count` GPUs costs, where an instance has a price."""
    return None if price is None else _SHOWN.divide(price, count)


def day_of(value: Any) -> date | None:
    """A day, from ISO text or from seconds since 1970; None for anything else."""
    try:
        if isinstance(value, Decimal):
            return datetime.fromtimestamp(int(value), UTC).date()
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def mapping(value: Any, name: str) -> dict[str, Any]:
    """`value` as a JSON object. Raises FeedError."""
    if not isinstance(value, dict):
        raise FeedError(f"has changed shape: {name} is not an object")
    return value


def rows(value: Any, name: str) -> list[dict[str, Any]]:
    """The objects of a JSON list; what is none among them is left out. Raises FeedError where it is no list."""
    if not isinstance(value, list):
        raise FeedError(f"has changed shape: {name} is not a list")
    return [row for row in value if isinstance(row, dict)]


def name_of(value: Any) -> str:
    """A short printable name; empty for anything else."""
    return value if isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() else ""


def csv_of(text: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows by column name. Raises FeedError where a column is missing; rows of another length are left out."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(reader, [])
        if missing := [column for column in columns if column not in header]:
            raise FeedError(f"has changed shape: it has no column {missing[0]}")
        for row in reader:
            if len(row) == len(header):
                yield dict(zip(header, row, strict=True))
    except csv.Error:
        raise FeedError("is not whole CSV") from None


def text_of(data: bytes) -> str:
    """UTF-8 text. Raises FeedError."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise FeedError("is not UTF-8 text") from None


def only_csv_in(data: bytes, max_bytes: int) -> str:
    """The one CSV file of a zip, unpacked no further than `max_bytes`. Raises FeedError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".csv")]
            if len(names) != 1:
                raise FeedError("has changed shape: the zip does not hold one CSV file")
            with archive.open(names[0]) as file:
                unpacked = file.read(max_bytes + 1)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise FeedError("is not a whole zip file") from None
    if len(unpacked) > max_bytes:
        raise FeedError(f"is larger than {max_bytes:,} bytes when unpacked")
    return text_of(unpacked)

"""Reading of Parquet files as one JSON object per line; pyarrow is an optional dependency."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from calculator import UserError
from calculator.datasets import Columns, OpenedFile, describe_columns, kept_columns

_BATCH_ROWS = 256
_MISSING = (
    "The file is a Parquet file. Install the package that reads it: pip install 'ftcost[parquet]', or export the file "
    "as JSONL."
)


def open_parquet(path: Path, columns: Columns | None = None) -> OpenedFile:
    """Return a Parquet file as lines.

    Args:
        path: The file.
        columns: The columns with the question and the answer; None to go by their names.

    Raises:
        UserError: pyarrow isn't installed, the file is damaged, or its columns aren't those of a training set.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise UserError(_MISSING) from None
    try:
        with path.open("rb") as file:
            names = [str(name) for name in parquet.ParquetFile(file).schema_arrow.names]
    except (ArrowException, OSError, ValueError) as error:
        raise UserError(f"The Parquet file is damaged ({_first_line(error)}). Export it again.") from None
    kept = (*columns,) if columns else kept_columns(names)
    return OpenedFile(_lines(path, columns, kept), ("table",), describe_columns(names, columns))


def _lines(path: Path, columns: Columns | None, kept: Sequence[str]) -> Iterator[bytes]:
    from pyarrow import ArrowException, parquet

    try:
        with path.open("rb") as file:
            for batch in parquet.ParquetFile(file).iter_batches(_BATCH_ROWS, columns=list(kept) or None):
                for row in batch.to_pylist():
                    record = {"question": row[columns.question], "answer": row[columns.answer]} if columns else row
                    yield (
                        json.dumps(_without_nulls(record), ensure_ascii=False, default=str).encode("utf-8", "replace")
                        + b"\n"
                    )
    except (ArrowException, OSError, ValueError) as error:
        raise UserError(f"The Parquet file is damaged ({_first_line(error)}). Export it again.") from None


def _without_nulls(value: Any) -> Any:
    """Return a value without the nulls that Parquet adds for the keys of other rows."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None or key == "content"}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]

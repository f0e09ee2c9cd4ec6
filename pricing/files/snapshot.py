"""Snapshots: the shipped data files as they were last validated, kept beside them in `__pycache__`.

Parsing and validating the YAML takes longer than everything else that a command does. A snapshot is read only while
the files and the code that validates them are the same to the byte; decoding checks the types again. It lies where
Python keeps the compiled code, so write access to one is write access to the code.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

from msgspec import DecodeError, json

from pricing.files.reading import DATA_DIR

T = TypeVar("T")

PACKAGE = DATA_DIR.parent
DIGEST_BYTES = 32


def load_snapshot(
    path: Path, kind: type[T], texts: Iterable[str], build: Callable[[], T], *, data_dir: Path = DATA_DIR
) -> T:
    """Return what `build` makes of a data file or a folder of them, from its snapshot if that is current.

    Args:
        path: The file or the folder. What lies outside the package's data has no snapshot.
        kind: The type of the result: a record or a container of records.
        texts: Everything that the result depends on, besides the code of this package.
        build: Parses and validates the texts. Its errors pass through, and nothing is stored then.
        data_dir: The folder of the shipped data.
    """
    if not path.is_relative_to(data_dir):
        return build()
    key = _digest(_code_digest(), *(text.encode() for text in texts))
    stored = path.parent / "__pycache__" / f"{path.name}.snapshot"
    with contextlib.suppress(OSError, DecodeError):
        content = stored.read_bytes()
        payload = content[DIGEST_BYTES:]
        if content[:DIGEST_BYTES] == _digest(key, payload):
            return json.decode(payload, type=kind)
    result = build()
    payload = json.encode(result)
    with contextlib.suppress(OSError):  # a read-only installation starts without snapshots
        _write(stored, _digest(key, payload) + payload)
    return result


def _write(path: Path, content: bytes) -> None:
    """Write a file at once, for the processes that read it meanwhile."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@cache
def _code_digest() -> bytes:
    """Return a digest of this package's code: a snapshot made by other code isn't read."""
    return _digest(*(path.read_bytes() for path in sorted(PACKAGE.rglob("*.py"))))


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.digest()

"""Reading of training files in chunks, as lines of JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from bot.counting.parquet import open_parquet
from calculator.datasets import MAX_UNPACKED_BYTES, PARQUET, Columns, OpenedFile, open_file

_CHUNK_BYTES = 128 * 1024


class TrainingFile:
    """A file read in chunks, with the number of bytes read."""

    def __init__(self, path: Path) -> None:
        """Look up the size.

        Args:
            path: The file.

        Raises:
            OSError: The file cannot be read.
        """
        self.path = path
        self.size = path.stat().st_size
        self.done = 0

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                self.done += len(chunk)
                yield chunk


def open_training_files(
    files: Sequence[TrainingFile], columns: Columns | None, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> OpenedFile:
    """Return several files as one; their lines are numbered consecutively.

    Args:
        files: The files.
        columns: The columns of a table with the question and the answer; None to go by their names.
        max_unpacked_bytes: The largest size of a compressed file's content.

    Raises:
        UserError: The content cannot be read.
        OSError: A file cannot be read.
    """
    opened = [open_training_file(file, columns, max_unpacked_bytes) for file in files]
    if len(opened) == 1:
        return opened[0]
    wrapping = dict.fromkeys(trait for single in opened for trait in single.wrapping)
    sentences = dict.fromkeys(single.reading for single in opened if single.reading)
    names = ", ".join(file.path.name for file in files[:3])
    others = f" and {len(files) - 3:,} more" if len(files) > 3 else ""
    reading = f"{len(files):,} files, with their lines numbered consecutively: {names}{others}."
    return OpenedFile(_chained(single.chunks for single in opened), tuple(wrapping), " ".join((reading, *sentences)))


def _chained(files: Iterable[Iterator[bytes]]) -> Iterator[bytes]:
    for chunks in files:
        ending = b"\n"
        for chunk in chunks:
            ending = chunk[-1:] or ending
            yield chunk
        if ending != b"\n":
            yield b"\n"


def open_training_file(
    file: TrainingFile, columns: Columns | None = None, max_unpacked_bytes: int = MAX_UNPACKED_BYTES
) -> OpenedFile:
    """Return a file as lines.

    Args:
        file: The file.
        columns: The columns of a table with the question and the answer; None to go by their names.
        max_unpacked_bytes: The largest size of a compressed file's content.

    Raises:
        UserError: The content cannot be read.
        OSError: The file cannot be read.
    """
    chunks = file.chunks()
    head = next(chunks, b"")
    if head.startswith(PARQUET):
        return open_parquet(file.path, columns)
    return open_file(chain((head,) if head else (), chunks), max_unpacked_bytes=max_unpacked_bytes, columns=columns)

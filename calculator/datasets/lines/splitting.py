"""Splitting of a stream of bytes into blocks of whole lines, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

BLOCK_BYTES = 128 * 1024
MAX_BLOCK_LINES = 2_048
MAX_LINE_BYTES = 2_000_000


class Block(NamedTuple):
    """Whole lines of a file; the last may lack its line break."""

    first_line: int
    data: bytes
    lines: int
    skipped_bytes: int = 0
    """Length of a line over MAX_LINE_BYTES, which is skipped: `data` is empty then."""


def split_blocks(
    chunks: Iterable[bytes], *, block_bytes: int = BLOCK_BYTES, max_line_bytes: int = MAX_LINE_BYTES
) -> Iterator[Block]:
    """Split a stream into blocks of whole lines.

    Args:
        chunks: The bytes of the file, in pieces of any size.
        block_bytes: Approximate size of a block.
        max_line_bytes: A longer line is skipped and never held in memory.

    Yields:
        Blocks in the order of the file.
    """
    line, partial, skipped, whole = 1, bytearray(), 0, 0
    for piece in _pieces(chunks, block_bytes):
        start = 0
        if skipped:
            start = piece.find(b"\n") + 1
            if not start:
                skipped += len(piece)
                continue
            yield Block(line, b"", 1, skipped + start - 1)
            line, skipped = line + 1, 0
        if (end := piece.rfind(b"\n")) >= start:
            whole = len(partial) + end + 1 - start
        partial += piece[start:]
        if len(partial) < block_bytes:
            continue
        if whole:
            data = bytes(partial[:whole])
            del partial[:whole]
            count = data.count(b"\n")
            yield from _few_lines(line, data, count)
            line, whole = line + count, 0
        elif len(partial) > max_line_bytes:
            skipped = len(partial)
            partial = bytearray()
    if skipped:
        yield Block(line, b"", 1, skipped)
    elif partial:
        yield from _few_lines(line, bytes(partial), partial.count(b"\n") + (not partial.endswith(b"\n")))


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        if len(chunk) <= size:
            yield chunk
        else:
            yield from (chunk[start : start + size] for start in range(0, len(chunk), size))


def _few_lines(line: int, data: bytes, lines: int) -> Iterator[Block]:
    """Yield blocks of at most MAX_BLOCK_LINES, which bounds the size of a block's count."""
    if lines <= MAX_BLOCK_LINES:
        yield Block(line, data, lines)
        return
    start = count = 0
    for at in _breaks(data):
        count += 1
        if count == MAX_BLOCK_LINES:
            yield Block(line, data[start:at], count)
            line, lines, start, count = line + count, lines - count, at, 0
    if start < len(data):
        yield Block(line, data[start:], lines)


def _breaks(data: bytes) -> Iterator[int]:
    """Yield the end of each line, after its line break."""
    at = data.find(b"\n")
    while at >= 0:
        yield at + 1
        at = data.find(b"\n", at + 1)

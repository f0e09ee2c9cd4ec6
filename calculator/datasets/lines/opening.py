"""Opening of a file by its first bytes: lines, arrays, tables, compressed or in UTF-16, or no training set."""

from __future__ import annotations

import codecs
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from calculator.datasets.lines.tables import Columns, array_lines, describe_columns, sniff_table, table_lines
from calculator.errors import UserError
from pricing import Trait

MAX_UNPACKED_BYTES = 4_000_000_000
_SNIFF_BYTES = 4_096
_PIECE_BYTES = 256 * 1024
_ZSTANDARD_PIECE = 1_024

_EXPORT = "Export it as JSONL: one JSON object per line, in UTF-8."
# (first bytes, kind of file)
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"Obj\x01", "an Avro file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "a rich-text document"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
)
_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
PARQUET = b"PAR1"


class OpenedFile(NamedTuple):
    """A file as one JSON object per line."""

    chunks: Iterator[bytes]
    """UTF-8 without a byte-order mark, in pieces."""
    wrapping: tuple[Trait, ...] = ()
    """The difference from the file: a byte-order mark, UTF-16, compression, an array, a table."""
    reading: str = ""
    """How the columns of a table are read, as a sentence."""


def open_file(
    chunks: Iterable[bytes], *, max_unpacked_bytes: int = MAX_UNPACKED_BYTES, columns: Columns | None = None
) -> OpenedFile:
    """Return the file as lines: gzip and Zstandard are unpacked, UTF-16 converted, arrays and tables split.

    Args:
        chunks: The bytes of the file, in pieces of any size.
        max_unpacked_bytes: Most bytes of an unpacked file.
        columns: The columns of a table with the question and the answer; None to go by their names.

    Raises:
        UserError: The file is empty or isn't text; while reading, also a damaged file or one that unpacks to more than
            `max_unpacked_bytes`.
    """
    wrapping: list[Trait] = []
    head, chunks = _head(chunks)
    if not head:
        raise UserError("The file is empty. Write one example per line.")
    if unpack := _unpacker(head):
        wrapping.append("compressed")
        head, chunks = _head(unpack(chunks, max_unpacked_bytes))
        if _unpacker(head):
            raise UserError("The file is compressed twice. Unpack it once.")
        if not head:
            raise UserError("The packed file is empty. Write one example per line.")
    if head.startswith(PARQUET):
        raise UserError("The file is a compressed Parquet file. Unpack it; Parquet is compressed inside.")
    if kind := _foreign_kind(head):
        raise UserError(f"The file is {kind}, not a training set. {_EXPORT}")
    if encoding := _utf_16(head):
        wrapping.append("utf_16")
        head, chunks = _head(_converted(chunks, encoding))
    elif b"\0" in head and head.count(b"\0") * 50 > len(head):
        raise UserError(f"The file is binary, not text. {_EXPORT}")
    elif head.startswith(codecs.BOM_UTF8):
        wrapping.append("byte_order_mark")
        head, chunks = head.removeprefix(codecs.BOM_UTF8), _without_mark(chunks)
    return _open_lines(head, chunks, wrapping, columns)


def _open_lines(head: bytes, chunks: Iterator[bytes], wrapping: list[Trait], columns: Columns | None) -> OpenedFile:
    if head.lstrip().startswith(b"[") and not _has_arrays(head):
        return OpenedFile(array_lines(chunks), (*wrapping, "json_array"))
    if table := sniff_table(head.decode(errors="replace")):
        delimiter, names = table
        reading = describe_columns(names, columns)
        return OpenedFile(table_lines(chunks, delimiter, names, columns), (*wrapping, "table"), reading)
    return OpenedFile(chunks, tuple(wrapping))


def _foreign_kind(head: bytes) -> str | None:
    """Return the kind of a file that isn't a training set, by its first bytes; None if they don't show it."""
    if head.startswith(b"PK\x03\x04"):
        return "an Office document, such as a spreadsheet" if b"[Content_Types].xml" in head else "a ZIP archive"
    if head[257:262] == b"ustar":
        return "a tar archive"
    return next((kind for magic, kind in _FOREIGN if head.startswith(magic)), None)


def _has_arrays(head: bytes) -> bool:
    """Return True if each line is an array of its own: the first line is a whole one, and another follows."""
    first, line_break, rest = head.lstrip().partition(b"\n")
    if not line_break or not rest.lstrip().startswith(b"["):
        return False
    try:
        return isinstance(json.loads(first), list)
    except (ValueError, RecursionError):
        return False


def _unpacker(head: bytes) -> Callable[[Iterable[bytes], int], Iterator[bytes]] | None:
    if head.startswith(_GZIP):
        return _gunzipped
    return _unpacked_zstandard if head.startswith(_ZSTANDARD) else None


def _unpacked_zstandard(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield the content of a Zstandard file.

    Raises:
        UserError: The package zstandard isn't installed, or the file is damaged or too large.
    """
    try:
        import zstandard
    except ImportError:
        raise UserError(
            "The file is compressed with Zstandard. Install the package that reads it: pip install 'ftcost[zst]', or "
            "unpack the file."
        ) from None
    unpacker, unpacked = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj(read_across_frames=True), 0
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), _ZSTANDARD_PIECE):
                piece = unpacker.decompress(chunk[start : start + _ZSTANDARD_PIECE])
                unpacked += len(piece)
                if unpacked > limit:
                    raise UserError(f"The file unpacks to more than {limit:,} bytes. Split it into smaller files.")
                if piece:
                    yield piece
    except zstandard.ZstdError:
        raise UserError("The Zstandard file is damaged. Pack it again, or send it unpacked.") from None


def _head(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, and an iterator over all of them."""
    remaining = iter(chunks)
    head = b""
    for chunk in remaining:
        head += chunk
        if len(head) >= _SNIFF_BYTES:
            break
    return head[:_SNIFF_BYTES], chain((head,) if head else (), remaining)


def _gunzipped(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield every member of a gzip file, in pieces of bounded size."""
    unpacker, unpacked, ended = zlib.decompressobj(wbits=31), 0, False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if ended:
                    if not data.strip(b"\0"):
                        break
                    unpacker, ended = zlib.decompressobj(wbits=31), False
                piece = unpacker.decompress(data, _PIECE_BYTES)
                data = unpacker.unconsumed_tail
                if unpacker.eof:
                    data, ended = unpacker.unused_data, True
                unpacked += len(piece)
                if unpacked > limit:
                    raise UserError(f"The file unpacks to more than {limit:,} bytes. Split it into smaller files.")
                if piece:
                    yield piece
    except zlib.error:
        raise UserError("The gzip file is damaged. Pack it again, or send it unpacked.") from None
    if not ended:
        raise UserError("The gzip file ends too early. Upload it again, or send it unpacked.")


def _utf_16(head: bytes) -> str | None:
    """Return the codec of a UTF-16 file; without a mark, every other byte of most characters is NUL."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UserError("The file is in UTF-32. Save it as UTF-8.")
    even, odd = head[::2], head[1::2]
    if head.startswith(codecs.BOM_UTF16_LE) or (odd.count(0) * 2 > len(odd) and not even.count(0)):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE) or (even.count(0) * 2 > len(even) and not odd.count(0)):
        return "utf-16-be"
    return None


def _converted(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield UTF-16 as UTF-8; invalid UTF-16 becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    is_first = True
    for chunk in chunks:
        for start in range(0, len(chunk), _PIECE_BYTES):
            text = decoder.decode(chunk[start : start + _PIECE_BYTES])
            if is_first and text:
                text, is_first = text.removeprefix("\ufeff"), False
            if text:
                yield text.encode("utf-8", "replace")
    if tail := decoder.decode(b"", final=True):
        yield tail.encode("utf-8", "replace")


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    whole = iter(chunks)
    yield next(whole, b"").removeprefix(codecs.BOM_UTF8)
    yield from whole

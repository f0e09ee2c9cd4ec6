"""Opening of an uploaded file by its first bytes: text, UTF-16, gzip, or a format that can't be trained on."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from calculator.errors import UserError

MAX_UNPACKED_BYTES = 4_000_000_000
_SNIFF_BYTES = 4_096
_PIECE_BYTES = 256 * 1024

_EXPORT = "Export it as JSONL: one JSON object per line, in UTF-8."
# (first bytes, kind of file)
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PAR1", "a Parquet file"),
    (b"Obj\x01", "an Avro file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "a rich-text document"),
)
_GZIP = b"\x1f\x8b"


def open_text(chunks: Iterable[bytes], *, max_unpacked_bytes: int = MAX_UNPACKED_BYTES) -> Iterator[bytes]:
    """Return the file as UTF-8 without a byte-order mark: gzip is unpacked, UTF-16 converted.

    Args:
        chunks: The bytes of the file, in pieces of any size.
        max_unpacked_bytes: Most bytes of an unpacked gzip file.

    Returns:
        The text, in pieces.

    Raises:
        UserError: The file is empty or isn't text; while reading, also a damaged gzip file or one that unpacks to
            more than `max_unpacked_bytes`.
    """
    head, chunks = _head(chunks)
    if not head:
        raise UserError("The file is empty. Write one example per line.")
    if head.startswith(_GZIP):
        head, chunks = _head(_gunzipped(chunks, max_unpacked_bytes))
        if head.startswith(_GZIP):
            raise UserError("The file is packed with gzip twice. Unpack it once.")
        if not head:
            raise UserError("The packed file is empty. Write one example per line.")
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            raise UserError(f"The file is {kind}, not a training set. {_EXPORT}")
    if encoding := _utf_16(head):
        return _converted(chunks, encoding)
    if b"\0" in head and head.count(b"\0") * 50 > len(head):
        raise UserError(f"The file is binary, not text. {_EXPORT}")
    return _without_mark(chunks)


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

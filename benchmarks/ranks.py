"""tiktoken with no network: its rank files, written from the ranks that toktok carries.

tiktoken checks the SHA-256 of what it finds against the one in its source, so that ranks that differed would not load.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import toktok

_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"


def write_ranks(folder: Path, *encodings: str) -> None:
    """Fill a folder that TIKTOKEN_CACHE_DIR can name."""
    for encoding in encodings:
        tokens = toktok._encoding(encoding).token_byte_values()
        lines = (b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(tokens))
        (folder / hashlib.sha1(_URL.format(encoding).encode()).hexdigest()).write_bytes(b"".join(lines))

"""Opening of files: text in every encoding counts the same, other files get a clear error."""

from __future__ import annotations

import codecs
import gzip

import pytest

from calculator import UserError
from tests.calculator.datasets.files import GOOD, chat, count, jsonl, message

PLAIN = jsonl(GOOD, chat(message("user", "naïve 東京 🙂"), message("assistant", "yes")))
TEXT = PLAIN.decode()


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + PLAIN,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.rstrip(b"\n"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        gzip.compress(PLAIN),
        gzip.compress(PLAIN[:50]) + gzip.compress(PLAIN[50:]),
        gzip.compress(TEXT.encode("utf-16")),
    ],
)
def test_the_same_text_in_another_wrapping(data: bytes) -> None:
    assert count([data[:7], data[7:]]) == count(PLAIN)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"PAR1rest", "Parquet"),
        (b"\x00\x01\x00\x00" * 2_000, "binary"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (gzip.compress(gzip.compress(PLAIN)), "twice"),
        (gzip.compress(PLAIN)[:-9], "too early"),
        (gzip.compress(PLAIN)[:20] + b"garbage" * 30, "damaged"),
        (b'[{"messages": []}]', "jq -c '.[]'"),
        (b'[\n{"text": "a"},\n{"text": "b"}\n]\n', "jq -c '.[]'"),
        (b'{\n  "messages": []\n}\n', "jq -c ."),
        (b'{"contents": [\n  {"text": "hi"}\n]}\n', "jq -c ."),
        (b"\n \n\r\n", "only blank lines"),
    ],
)
def test_what_is_no_training_file(data: bytes, says: str) -> None:
    with pytest.raises(UserError) as refused:
        count(data)
    assert says in str(refused.value)


def test_gzip_unpacks_to_a_limit() -> None:
    bomb = gzip.compress(b"a " * 600_000)
    with pytest.raises(UserError, match="1,000,000 bytes"):
        count(bomb, max_unpacked_bytes=1_000_000)


def test_lone_surrogates_are_read() -> None:
    line = b'{"text": "one \\ud800 two \\ude00"}\n'
    found, problems = count(line)
    assert (found.tokens, problems) == (4, [])

"""Opening of files: text in every encoding counts the same, other files get a clear error."""

from __future__ import annotations

import codecs
import gzip
import json

import pytest
import zstandard

from calculator import UserError
from calculator.datasets import Columns
from tests.calculator.datasets.files import GOOD, chat, count, jsonl, message


def pack(data: bytes) -> bytes:
    """Pack without the time, so that every process collects the same tests."""
    return gzip.compress(data, mtime=0)


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
        pack(PLAIN),
        pack(PLAIN[:50]) + pack(PLAIN[50:]),
        pack(TEXT.encode("utf-16")),
    ],
)
def test_wrapped_text_counts_the_same(data: bytes) -> None:
    counts, _ = count([data[:7], data[7:]])
    plain, _ = count(PLAIN)
    assert (counts.examples, counts.tokens, counts.content_tokens) == (
        plain.examples,
        plain.tokens,
        plain.content_tokens,
    )
    assert counts.lengths == plain.lengths


def test_byte_order_mark_is_a_problem() -> None:
    counts, problems = count(codecs.BOM_UTF8 + PLAIN)
    assert [(problem.line, problem.kind) for problem in problems] == [(None, "byte_order_mark")]
    assert counts.traits == {"byte_order_mark": 2}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_array_counts_like_its_elements(indent: int | None, size: int) -> None:
    """Pretty-printed or not, in pieces of any size."""
    records = [GOOD, chat(message("user", "naïve 東京 🙂 \n]"), message("assistant", "yes"))]
    data = json.dumps(records, indent=indent).encode()
    counts, problems = count([data[at : at + size] for at in range(0, len(data), size)])
    lines, _ = count(jsonl(*records))
    assert (counts.format, counts.tokens, counts.traits, problems) == (
        "openai-chat",
        lines.tokens,
        {"json_array": 2},
        [],
    )


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_table_names_its_columns(delimiter: str) -> None:
    """2 + 3 words, two roles, 2 × 3 and 3 beside; a cell may have quotes and line breaks."""
    data = f'Prompt{delimiter}Response\r\n"how\nmuch"{delimiter}"two ""good"" dollars"\r\n'.encode()
    counts, problems = count(data)
    assert (counts.format, counts.tokens, counts.output_tokens, problems) == ("question-answer", 16, 3, [])
    assert "“Prompt” is read as the question, “Response” as the answer" in counts.reading


def test_table_with_unclear_columns_asks() -> None:
    data = b"note,remark\nhow much,two dollars\n"
    with pytest.raises(UserError, match=r"“note”, “remark”. Which is the question.*--columns"):
        count(data)
    assert count(data, columns=Columns("note", "remark"))[0].output_tokens == 2
    with pytest.raises(UserError, match="no column “x”"):
        count(data, columns=Columns("x", "remark"))


def test_zstandard_is_unpacked() -> None:
    counts, _ = count(zstandard.compress(PLAIN))
    assert (counts.examples, counts.traits) == (2, {"compressed": 2})
    with pytest.raises(UserError, match="damaged"):
        count(zstandard.compress(PLAIN)[:20] + b"garbage" * 30)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (pack(b""), "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (pack(b"PAR1rest"), "Parquet"),
        (b"hello\n", "plain text"),
        (b"To do\nbuy milk, and bread\ncall Ann\n", "plain text"),
        (b"\x00\x01\x00\x00" * 2_000, "binary"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (pack(pack(PLAIN)), "twice"),
        (pack(PLAIN)[:-9], "too early"),
        (pack(PLAIN)[:20] + b"garbage" * 30, "damaged"),
        (b'[{"text": "a"}, {"text": ', "after element 1"),
        (b'[{"text": "a"} {]', "after element 1"),
        (b"question,answer\na,b\nc\n", "1 cells"),
        (b'{\n  "messages": []\n}\n', "jq -c ."),
        (b'{"contents": [\n  {"text": "hi"}\n]}\n', "jq -c ."),
        (b"\n \n\r\n", "only blank lines"),
    ],
)
def test_unreadable_file_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(UserError) as refused:
        count(data)
    assert says in str(refused.value)


def test_gzip_unpacks_to_a_limit() -> None:
    bomb = pack(b"a " * 600_000)
    with pytest.raises(UserError, match="1,000,000 bytes"):
        count(bomb, max_unpacked_bytes=1_000_000)


def test_lone_surrogates_are_read() -> None:
    line = b'{"text": "one \\ud800 two \\ude00"}\n'
    counts, problems = count(line)
    assert (counts.tokens, problems) == (4, [])

"""Counts are tiktoken's, on any text. The oracle is tiktoken itself, its ranks checked by its own hash."""

from __future__ import annotations

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ranks import write_ranks
from bot.counting.tokenizer import Tokenizer
from pricing import ENCODINGS, Encoding
from tests.fuzz.hostile import examples

# What toktok and tiktoken split otherwise, and what stands around it.
NEWER = ["\u088f", "\u0c5c", "\u1acf", "\ua7ce", "\U00010940", "\U00016ea0", "\U0001e6fe", "\U000323b0", "\U00033479"]
NASTY = [
    *("'s", "'S", "'\u017f", "don'\u017ftep", "'ll", "\u017f", "'", "’s", " ", "  ", "\n", "\r\n", "\t", "\u3000"),
    *("a", "B", "Ab", "aB", "é", "e\u0301", "ß", "東京", "данные", "हिन्दी", "ไทย", "العربية", "🙂", "\u200d", "\ufeff"),
    *("1", "12345", "२", "½", "!", "...", "/", "//", "C++", "<|endoftext|>", "<|x|>", "\ud83d", "\ude42", "\x00"),
]  # fmt: skip


@pytest.fixture(scope="module")
def oracles(tmp_path_factory: pytest.TempPathFactory) -> dict[Encoding, tiktoken.Encoding]:
    folder = tmp_path_factory.mktemp("ranks")
    write_ranks(folder, *ENCODINGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        return {encoding: tiktoken.get_encoding(encoding) for encoding in ENCODINGS}


@pytest.fixture(scope="module")
def tokenizers() -> dict[Encoding, Tokenizer]:
    return {encoding: Tokenizer(encoding) for encoding in ENCODINGS}


def check(oracles: dict[Encoding, tiktoken.Encoding], tokenizers: dict[Encoding, Tokenizer], texts: list[str]) -> None:
    for encoding, oracle in oracles.items():
        assert tokenizers[encoding].count(texts) == [len(oracle.encode_ordinary(text)) for text in texts]


@given(texts=st.lists(st.one_of(st.text(), st.text(st.characters()), st.text(st.characters(categories=["Cs", "L"])))))
def test_any_text_is_counted_like_tiktoken(
    oracles: dict[Encoding, tiktoken.Encoding], tokenizers: dict[Encoding, Tokenizer], texts: list[str]
) -> None:
    check(oracles, tokenizers, texts)


@examples(40)
@given(texts=st.lists(st.lists(st.sampled_from([*NASTY, *NEWER, *NASTY]), max_size=30).map("".join), min_size=1))
def test_difficult_text_is_counted_like_tiktoken(
    oracles: dict[Encoding, tiktoken.Encoding], tokenizers: dict[Encoding, Tokenizer], texts: list[str]
) -> None:
    check(oracles, tokenizers, texts)


def test_every_character_is_counted_like_tiktoken(
    oracles: dict[Encoding, tiktoken.Encoding], tokenizers: dict[Encoding, Tokenizer]
) -> None:
    """The places in which a letter, a mark, a number and anything else differ; one code point in eleven here, all of
    them where a new version of toktok or tiktoken comes in (see docs/datasets.md).
    """
    shape = "{0}'s {0}.com 1{0}23 a{0}'m {0}\n\n {0} !!{0}ing {0}  the '{0}v A{0}B's {0}'S '{0}{0}"
    texts = [shape.format(chr(point)) for point in range(0x80, 0x34000, 11) if not 0xD800 <= point <= 0xDFFF]
    check(oracles, tokenizers, texts)


def test_characters_that_differ_are_all_counted_by_tiktoken(
    oracles: dict[Encoding, tiktoken.Encoding], tokenizers: dict[Encoding, Tokenizer]
) -> None:
    texts = [
        f"{left}{new}{right}" for new in NEWER for left in ("", "a", "1", " ", "!") for right in ("'s", ".com", "1a")
    ]
    check(oracles, tokenizers, [*texts, " and some more words between. ".join(texts), "\ua7ce's" * 3_000])


def test_long_runs_are_counted_quickly(tokenizers: dict[Encoding, Tokenizer]) -> None:
    """1M letters, spaces and line breaks each; a way that is quadratic would not end."""
    counts = tokenizers["o200k_base"].count(["a" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000])
    assert counts[0] == 125_000, "eight letters a token"
    assert all(count < 125_001 for count in counts)

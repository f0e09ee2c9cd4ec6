"""The spelling of names: what counts as the same name, and what doesn't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.names.spelling import MAX_LENGTH, letters_of, spell, words


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("GPT-4.1 mini", "gpt-4.1-mini"),
        ("gpt_4-1_mini", "gpt-4.1-mini"),
        ("gpt4.1-mini", "gpt-4.1-mini"),
        ("claude haiku 4.5", "claude-haiku-4-5"),
        ("Llama 3.1 8B", "llama-v3p1-8b"),
        ("llama-3-1-8b", "llama-3.1-8b"),
        ("qwen 2.5 7b", "qwen2p5-7b"),
        ("h 100", "h100"),
        ("command-r+", "command-r-plus"),
        ("ｇｐｔ-４.１", "gpt-4.1"),
    ],
)
def test_spellings_of_one_name_are_the_same(typed: str, known: str) -> None:
    assert spell(typed).means(spell(known))
    assert letters_of(typed) == letters_of(known)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("qwen3.1-7b", "qwen3-1.7b"),
        ("llama-3.8b", "llama-3-8b"),
        ("gpt-4.1", "gpt-41"),
        ("rtx-4060", "rtx-4060-ti"),
        ("o4-mini", "4o-mini"),
        ("h100", "h200"),
    ],
)
def test_different_names_are_not_the_same(typed: str, known: str) -> None:
    assert not spell(typed).means(spell(known))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("claude-haiku-4-5", ("claude", "haiku", "4.5")),
        ("Llama-3-8B", ("llama", "3", "8b")),
        ("qwen3-30b-a3b", ("qwen", "3", "30b", "a3b")),
        ("gpt4o-mini", ("gpt", "4o", "mini")),
        ("o4 mini", ("o4", "mini")),
        ("mixtral 8x7b", ("mixtral", "8x7b")),
    ],
)
def test_words_keep_versions_and_sizes_whole(name: str, parts: tuple[str, ...]) -> None:
    assert words(name) == parts


@given(st.text(max_size=2 * MAX_LENGTH))
def test_any_text_has_a_spelling_that_means_itself(text: str) -> None:
    assert spell(text).means(spell(text))
    assert all(word for word in words(text))

"""Count tokens exactly as tiktoken does on any text, many times as fast and offline: toktok includes the ranks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import toktok

from bot.language.surrogates import without_lone_surrogates
from pricing import Encoding

# toktok follows Unicode 17, tiktoken Unicode 16: a character that only one of them classes as a letter, mark or number
# can be split differently, with the text around it. These are all such characters, found by comparing every code point
# in many contexts (tests/bot/counting/test_tokenizer.py), and the long s, which tiktoken takes for the s of a
# contraction.
_NEWER = (
    "\u088f\u0c5c\u0cdc\u1acf-\u1add\u1ae0-\u1aeb\ua7ce\ua7cf\ua7d2\ua7d4\ua7f1"
    "\U00010940-\U00010959\U00010ec5-\U00010ec7\U00010efa\U00010efb\U00011b60-\U00011b67\U00011db0-\U00011ddb"
    "\U00011de0-\U00011de9\U00016ea0-\U00016eb8\U00016ebb-\U00016ed3\U00016ff2-\U00016ff6\U000187f8-\U000187ff"
    "\U00018d09-\U00018d1e\U00018d80-\U00018df2\U0001e6c0-\U0001e6de\U0001e6e0-\U0001e6f5\U0001e6fe\U0001e6ff"
    "\U0002b73a-\U0002b73f\U0002cea2-\U0002cead\U000323b0-\U00033479"
)
_DIFFERENT = re.compile(f"[{_NEWER}]|'\u017f")
# How these characters, and a few more, begin in UTF-8: a fast test on text without its ASCII.
_SUSPECT = re.compile(
    rb"\xc5\xbf|\xe0[\xa2\xb1\xb3]|\xe1\xab|\xea\x9f|\xf0(?:[\x90\x91\x96-\x98\xab\xac\xb2\xb3]|\x9e[\x9b\x9c])"
)
_ASCII = bytes(range(128))
# Every text is split between a letter and a space before a letter, in any context.
_SEAM = re.compile("(?<=[A-Za-z])(?= [A-Za-z])")
_MAX_PARTIAL_BYTES = 4_096
_MAX_PARTIAL_BUILDS = 20

# The expressions by which tiktoken splits a text before it merges (tiktoken_ext/openai_public.py).
_LOWER, _UPPER = r"\p{Ll}\p{Lm}\p{Lo}\p{M}", r"\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}"
_CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
_SPLITS: dict[Encoding, str] = {
    "cl100k_base": (
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"
        r"|\s+(?!\S)|\s"
    ),
    "o200k_base": "|".join(
        (
            rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]*[{_LOWER}]+{_CONTRACTION}",
            rf"[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}]+[{_LOWER}]*{_CONTRACTION}",
            r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        )
    ),
}


class Tokenizer:
    """A token counter for one encoding. The first count loads its ranks: 65 MB, and 0.5 s that hold the interpreter."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._all_ranks: _Tiktoken | None = None
        self._built = 0

    def count(self, texts: list[str]) -> list[int]:
        """Return the tokens of each text. Special tokens count as ordinary text, lone surrogates as U+FFFD."""
        try:
            counts: list[int] = toktok.batch_count(texts, self.encoding, threads=1)
        except UnicodeEncodeError:
            return self.count([without_lone_surrogates(text) for text in texts])
        # toktok has cached the UTF-8 of each text, so encoding them here only copies.
        beyond = b"".join([text.encode() for text in texts if not text.isascii()]).translate(None, _ASCII)
        if not _SUSPECT.search(beyond):
            return counts
        if differing := [n for n, text in enumerate(texts) if not text.isascii() and _DIFFERENT.search(text)]:
            for number, tokens in zip(differing, self._count_stretches([texts[n] for n in differing]), strict=True):
                counts[number] = tokens
        return counts

    def _count_stretches(self, texts: list[str]) -> Iterator[int]:
        """Yield the tokens of texts; tiktoken counts the stretches that toktok would split differently."""
        cut = [list(_stretches(text)) for text in texts]
        exact = self._tiktoken([stretch for stretches in cut for stretch, differs in stretches if differs])
        for stretches in cut:
            same = [stretch for stretch, differs in stretches if not differs]
            different = [stretch for stretch, differs in stretches if differs]
            yield sum(toktok.batch_count(same, self.encoding, threads=1)) + exact.count(different)

    def _tiktoken(self, texts: list[str]) -> _Tiktoken:
        """Return tiktoken with the ranks that occur in the texts; with all ranks (60 MB) for long or many texts."""
        if self._all_ranks:
            return self._all_ranks
        data = b"\0".join(text.encode() for text in texts)
        # toktok has no public access to the ranks; its version is pinned.
        tokens = toktok._encoding(self.encoding).token_byte_values()
        self._built += 1
        if len(data) > _MAX_PARTIAL_BYTES or self._built > _MAX_PARTIAL_BUILDS:
            self._all_ranks = _Tiktoken(self.encoding, {token: rank for rank, token in enumerate(tokens)})
            return self._all_ranks
        return _Tiktoken(self.encoding, {token: rank for rank, token in enumerate(tokens) if token in data})


class _Tiktoken:
    """A tiktoken encoding without special tokens."""

    def __init__(self, encoding: Encoding, ranks: dict[bytes, int]) -> None:
        import tiktoken

        self._encoding = tiktoken.Encoding(
            f"ftcost-{encoding}", pat_str=_SPLITS[encoding], mergeable_ranks=ranks, special_tokens={}
        )

    def count(self, texts: list[str]) -> int:
        return sum(len(self._encoding.encode_ordinary(text)) for text in texts)


def _stretches(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text cut at seams: each stretch, and whether it has a character of `_DIFFERENT`."""
    start = position = 0
    for seam in (*(match.start() for match in _SEAM.finditer(text)), len(text)):
        if _DIFFERENT.search(text, position, seam):
            if start < position:
                yield text[start:position], False
            yield text[position:seam], True
            start = seam
        position = seam
    if start < len(text):
        yield text[start:], False

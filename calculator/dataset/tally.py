"""Blocks -> the whole file: totals, lengths, duplicates, faults. Its memory does not grow with the file."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from calculator.dataset.blocks import BlockCount
from calculator.dataset.problems import MAX_SHOWN, Kind, Problem
from calculator.errors import UserError
from pricing import Encoding, Format

EXACT_LENGTHS = 65_536
"""Lengths up to here are told apart; longer ones to within COARSE tokens, which is under 1.6 %."""
COARSE = 1_024
REMEMBERED_EXAMPLES = 400_000
"""Duplicates are found among so many different examples, the first of the file."""
_SLOTS = 1 << 19


class Lengths(NamedTuple):
    """Tokens an example: nearest-rank percentiles, over EXACT_LENGTHS rounded down to a multiple of COARSE."""

    p5: int
    p50: int
    p95: int
    max: int


class DatasetCount(NamedTuple):
    """What is in a file. `tokens` = `input_tokens` + `output_tokens`; output is what is trained on."""

    format: Format | None
    encoding: Encoding
    examples: int
    tokens: int
    input_tokens: int
    output_tokens: int
    content_tokens: int
    """Of the contents alone, without roles, names, tools and what a platform adds."""
    lengths: Lengths
    billed: dict[int, int]
    """By limit: tokens where every example is cut at so many."""
    truncated: dict[int, int]
    """By limit: examples that are longer."""
    images: int
    beyond_rules: int
    """Examples with parts that no published rule counts: tools, calls."""
    bytes: int
    problems: int
    problems_by_kind: dict[str, int]
    first_problems: list[Problem]
    duplicates_complete: bool
    """Whether every example was looked for: see REMEMBERED_EXAMPLES."""

    def fields(self) -> dict[str, str]:
        """The scenario's fields that the file answers; none where there is no example in it."""
        if not self.examples:
            return {}
        each = [_mean(tokens, self.examples) for tokens in (self.input_tokens, self.output_tokens)]
        return {"examples": str(self.examples), "example": "/".join(each)}


def _mean(tokens: int, examples: int) -> str:
    """With as many digits as keep the sum right to the token."""
    whole, rest = divmod(tokens, examples)
    digits = len(str(examples)) + 1
    return f"{whole}.{rest * 10**digits // examples:0{digits}d}".rstrip("0").rstrip(".")


class Tally:
    """Adds up blocks in the order of the file."""

    def __init__(self, limits: Sequence[tuple[int, str]]) -> None:
        """`limits`: (most tokens of an example, whose limit that is)."""
        self._limits = sorted(limits)
        self.examples = self.tokens = self.output_tokens = self.content_tokens = 0
        self.images = self.beyond_rules = self.problems = self.longest = 0
        self._cut = {limit: 0 for limit, _ in self._limits}
        self._truncated = {limit: 0 for limit, _ in self._limits}
        self._lengths: Counter[int] = Counter()
        self._by_kind: Counter[Kind] = Counter()
        self._first: list[Problem] = []
        self._seen = _Seen()

    def add(self, block: BlockCount) -> list[Problem]:
        """Add a block; its faults, those included that only show beside other blocks."""
        self.examples += len(block.totals)
        self.tokens += sum(block.totals)
        self.output_tokens += sum(block.trained)
        self.content_tokens += block.content_tokens
        self.images += block.images
        self.beyond_rules += block.beyond_rules
        problems = list(block.problems)
        longest = max(block.totals, default=0)
        self.longest = max(self.longest, longest)
        if longest > EXACT_LENGTHS:
            self._lengths.update(n if n <= EXACT_LENGTHS else n - n % COARSE for n in block.totals)
        else:
            self._lengths.update(block.totals)
        if self._limits and longest > self._limits[0][0]:
            problems += self._too_long(block)
        remember = self._seen.remember
        for line, key in zip(block.lines, block.keys, strict=True):
            if (earlier := remember(key, line)) is not None:
                problems.append(Problem(line, "duplicate", f"The same example as line {earlier}. Keep one of them."))
        if len(problems) > len(block.problems):
            problems.sort(key=lambda problem: problem.line or 0)
        self.say(problems)
        return problems

    def say(self, problems: Sequence[Problem]) -> None:
        """Count faults; the first MAX_SHOWN are kept."""
        self.problems += len(problems)
        self._by_kind.update(problem.kind for problem in problems)
        self._first += problems[: MAX_SHOWN - len(self._first)]

    def _too_long(self, block: BlockCount) -> list[Problem]:
        problems = []
        for line, tokens in zip(block.lines, block.totals, strict=True):
            over = [(limit, whose) for limit, whose in self._limits if tokens > limit]
            for limit, _ in over:
                self._cut[limit] += tokens - limit
                self._truncated[limit] += 1
            if over:
                cuts = "; ".join(f"{whose} trains on the first {limit:,} and drops {tokens - limit:,}"
                                 for limit, whose in over)  # fmt: skip
                text = f"The example has {tokens:,} tokens: {cuts}, the end with the answer first. Shorten it."
                problems.append(Problem(line, "over_limit", text))
        return problems

    def result(self, format: Format | None, encoding: Encoding, size: int) -> DatasetCount:
        """Raises UserError where there was not even a line."""
        if not self.examples and not self.problems:
            raise UserError("The file holds nothing but blank lines. Put one example a line.")
        return DatasetCount(
            format=format,
            encoding=encoding,
            examples=self.examples,
            tokens=self.tokens,
            input_tokens=self.tokens - self.output_tokens,
            output_tokens=self.output_tokens,
            content_tokens=self.content_tokens,
            lengths=self._percentiles(),
            billed={limit: self.tokens - cut for limit, cut in self._cut.items()},
            truncated=dict(self._truncated),
            images=self.images,
            beyond_rules=self.beyond_rules,
            bytes=size,
            problems=self.problems,
            problems_by_kind=dict(self._by_kind.most_common()),
            first_problems=list(self._first),
            duplicates_complete=not self._seen.full,
        )

    def _percentiles(self) -> Lengths:
        """The k-th shortest, k = percent of the examples, rounded up."""
        ranks = [-(-self.examples * percent // 100) for percent in (5, 50, 95)]
        found: list[int] = []
        below = 0
        for length, count in sorted(self._lengths.items()):
            below += count
            while len(found) < len(ranks) and below >= ranks[len(found)]:
                found.append(length)
        p5, p50, p95 = found or (0, 0, 0)
        return Lengths(p5, p50, p95, self.longest)


class _Seen:
    """Hashes of examples with the line each was first on: a table of fixed size."""

    def __init__(self) -> None:
        self._keys = array("q", [0]) * _SLOTS
        self._lines = array("I", [0]) * _SLOTS
        self._count = 0
        self.full = False

    def remember(self, key: int, line: int) -> int | None:
        """The line an equal example was on, else None."""
        key = key or 1
        slot = key & (_SLOTS - 1)
        keys = self._keys
        while held := keys[slot]:
            if held == key:
                return self._lines[slot]
            slot = (slot + 1) & (_SLOTS - 1)
        if self._count < REMEMBERED_EXAMPLES:
            keys[slot] = key
            self._lines[slot] = line
            self._count += 1
        else:
            self.full = True
        return None

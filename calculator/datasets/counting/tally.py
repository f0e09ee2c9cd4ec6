"""Summing of blocks to a whole file: totals, lengths, duplicates and problems, in constant memory."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from calculator.datasets.counting.blocks import BlockCount
from calculator.datasets.records.problems import MAX_REFUSALS, MAX_SHOWN, REFUSED_EVERYWHERE, Kind, Problem
from calculator.errors import UserError
from calculator.question.example_lengths import ExampleLengths, LengthStep
from pricing import Encoding, Format, LongFate, Trait

EXACT_LENGTHS = 65_536
"""Lengths up to this one are counted exactly; longer ones to within COARSE tokens, which is under 1.6 %."""
COARSE = 1_024
REMEMBERED_EXAMPLES = 400_000
"""Duplicates are found among this many different examples, the first of the file."""
_SLOTS = 1 << 19
STEPS = tuple(1 << exponent for exponent in range(9, 22))
"""Limits at which every file is summed up, for sequences on rented GPUs, besides the platforms' limits."""


class LengthPercentiles(NamedTuple):
    """Tokens per example: nearest-rank percentiles, over EXACT_LENGTHS rounded down to a multiple of COARSE."""

    p5: int
    p50: int
    p95: int
    max: int


class LengthLimit(NamedTuple):
    """A platform's limit on tokens per example, and its treatment of longer ones."""

    tokens: int
    whose: str
    """Title of the platform."""
    fate: LongFate


class Truncation(NamedTuple):
    """Training tokens of a file at one length limit."""

    tokens_if_cut: int
    """With longer examples cut at the limit."""
    tokens_if_left_out: int
    """With longer examples left out."""
    longer: int
    """Number of longer examples."""


class DatasetCount(NamedTuple):
    """The content of a file. `tokens` = `input_tokens` + `output_tokens`; the output is trained on."""

    format: Format | None
    encoding: Encoding
    examples: int
    tokens: int
    input_tokens: int
    output_tokens: int
    content_tokens: int
    """Tokens of the contents alone, without roles, names, tools and tokens that a platform adds."""
    lengths: LengthPercentiles
    cuts: dict[int, Truncation]
    """By limit in tokens, for limits that some example exceeds."""
    images: int
    images_by_rule: int
    """Images whose tokens are counted."""
    most_images: int
    """Images of the example that has most."""
    beyond_rules: int
    """Number of examples with parts that no published rule counts: tools, calls."""
    tool_tokens: int
    """Tokens of the definitions of tools as compact JSON."""
    formula_tokens: int
    """Tokens of the same definitions by the cookbook's formula."""
    traits: dict[Trait, int]
    """Number of examples with each trait; for one of the file, the number of examples."""
    other_formats: dict[Format, int]
    """Number of examples in each format other than the file's."""
    bytes: int
    problems: int
    problems_by_kind: dict[str, int]
    first_problems: list[Problem]
    refusals: int
    """Number of problems for which a platform refuses the file."""
    first_refusals: list[Problem]
    reading: str
    """How the columns of a table are read, as a sentence; empty for other files."""
    duplicates_complete: bool
    """True if every example was compared with all others: see REMEMBERED_EXAMPLES."""

    def fields(self) -> dict[str, str]:
        """Return the scenario's fields that the file supplies; none without examples."""
        if not self.examples:
            return {}
        each = [_mean(tokens, self.examples) for tokens in (self.input_tokens, self.output_tokens)]
        return {"examples": str(self.examples), "example": "/".join(each), "lengths": str(self._lengths(each))}

    def _lengths(self, each: Sequence[str]) -> ExampleLengths:
        """Return the averages at every limit; the last one is the sum of input and output as written."""
        steps = [
            LengthStep(
                Decimal(limit),
                *(Decimal(_mean(tokens, self.examples)) for tokens in (cut.tokens_if_cut, cut.tokens_if_left_out)),
            )
            for limit, cut in self.cuts.items()
        ]
        mean = sum(map(Decimal, each), Decimal(0))
        return ExampleLengths((*steps, LengthStep(Decimal(self.lengths.max), mean, mean)))


def _mean(tokens: int, examples: int) -> str:
    """Return the mean with enough digits to recover the sum exactly, and never with three, which could be thousands."""
    whole, remainder = divmod(tokens, examples)
    digits = len(str(examples)) + 1
    decimals = f"{remainder * 10**digits // examples:0{digits}d}".rstrip("0")
    return f"{whole}.{decimals}{'0' * (len(decimals) == 3)}".rstrip(".")


_FATES: dict[LongFate, str] = {
    "cut": "{} trains on the first {:,} and drops {:,} from the end, where the answer is",
    "left out": "{} leaves out examples over {:,}",
    "unknown": "{} takes at most {:,}; its treatment of longer examples isn't published",
}


class Tally:
    """Sums of a file, block by block in the order of the file."""

    def __init__(self, limits: Sequence[LengthLimit], refused_by: Collection[str] = ()) -> None:
        """Start with an empty file.

        Args:
            limits: The platforms' limits on tokens per example, as `limits_of` returns them.
            refused_by: Kinds of problems for which some platform refuses a file, besides REFUSED_EVERYWHERE.
        """
        self._refused = REFUSED_EVERYWHERE.union(refused_by)
        self._limits = sorted(limits)
        self.examples = self.tokens = self.output_tokens = self.content_tokens = 0
        self.images = self.images_by_rule = self.most_images = self.beyond_rules = 0
        self.tool_tokens = self.formula_tokens = 0
        self.problems = self.refusals = self.longest = 0
        self._traits: Counter[Trait] = Counter()
        self._other_formats: Counter[Format] = Counter()
        self._first_refusals: list[Problem] = []
        self._lengths: Counter[int] = Counter()
        self._beyond = {limit: (0, 0) for limit in self._steps() if limit >= EXACT_LENGTHS}
        """Tokens and number of the examples over each limit."""
        self._by_kind: Counter[Kind] = Counter()
        self._first: list[Problem] = []
        self._seen = _Seen()

    def add(self, block: BlockCount) -> list[Problem]:
        """Add a block, and return its problems with those that only show across blocks.

        Args:
            block: The next block of the file.
        """
        self.examples += len(block.totals)
        self.tokens += sum(block.totals)
        self.output_tokens += sum(block.trained)
        self.content_tokens += block.content_tokens
        self.images += block.images
        self.images_by_rule += block.images_by_rule
        self.most_images = max(self.most_images, block.most_images)
        self.beyond_rules += block.beyond_rules
        self.tool_tokens += block.tool_tokens
        self.formula_tokens += block.formula_tokens
        self._traits.update(block.traits)
        self._other_formats.update(block.other_formats)
        problems = list(block.problems)
        longest = max(block.totals, default=0)
        self.longest = max(self.longest, longest)
        if longest > EXACT_LENGTHS:
            self._lengths.update(n if n <= EXACT_LENGTHS else n - n % COARSE for n in block.totals)
            self._note_beyond(block.totals)
        else:
            self._lengths.update(block.totals)
        if self._limits and longest > self._limits[0].tokens:
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
        """Count problems, and keep the first MAX_SHOWN."""
        self.problems += len(problems)
        self._by_kind.update(problem.kind for problem in problems)
        self._first += problems[: MAX_SHOWN - len(self._first)]
        refusals = [problem for problem in problems if problem.kind in self._refused]
        self.refusals += len(refusals)
        self._first_refusals += refusals[: MAX_REFUSALS - len(self._first_refusals)]

    def _steps(self) -> list[int]:
        return sorted({*STEPS, *(limit.tokens for limit in self._limits)})

    def _note_beyond(self, totals: Sequence[int]) -> None:
        for limit, (tokens, longer) in self._beyond.items():
            over = [total for total in totals if total > limit]
            self._beyond[limit] = (tokens + sum(over), longer + len(over))

    def _too_long(self, block: BlockCount) -> list[Problem]:
        problems = []
        for line, tokens in zip(block.lines, block.totals, strict=True):
            over = [_FATES[fate].format(whose, limit, tokens - limit)
                    for limit, whose, fate in self._limits if tokens > limit]  # fmt: skip
            if over:
                text = f"The example has {tokens:,} tokens: {'; '.join(over)}. Shorten it."
                problems.append(Problem(line, "over_limit", text))
        return problems

    def result(
        self,
        format: Format | None,
        encoding: Encoding,
        size: int,
        wrapping: Sequence[Trait] = (),
        reading: str = "",
    ) -> DatasetCount:
        """Return the count of the whole file.

        Args:
            format: Format of the file.
            encoding: The tokenizer's encoding.
            size: Bytes of the file.
            wrapping: Traits of the file, such as compression.
            reading: How the columns of a table are read.

        Raises:
            UserError: The file has only blank lines.
        """
        if not self.examples and not self.problems:
            raise UserError("The file has only blank lines. Write one example per line.")
        return DatasetCount(
            format=format,
            encoding=encoding,
            examples=self.examples,
            tokens=self.tokens,
            input_tokens=self.tokens - self.output_tokens,
            output_tokens=self.output_tokens,
            content_tokens=self.content_tokens,
            lengths=self._percentiles(),
            cuts=self._cuts(),
            images=self.images,
            images_by_rule=self.images_by_rule,
            most_images=self.most_images,
            beyond_rules=self.beyond_rules,
            tool_tokens=self.tool_tokens,
            formula_tokens=self.formula_tokens,
            traits={**self._traits, **dict.fromkeys(wrapping, self.examples)},
            other_formats=dict(self._other_formats),
            bytes=size,
            problems=self.problems,
            problems_by_kind=dict(self._by_kind.most_common()),
            first_problems=list(self._first),
            refusals=self.refusals,
            first_refusals=list(self._first_refusals),
            reading=reading,
            duplicates_complete=not self._seen.full,
        )

    def _cuts(self) -> dict[int, Truncation]:
        """Return the truncation at each limit: below EXACT_LENGTHS from the exact lengths, else from running sums."""
        cuts: dict[int, Truncation] = {}
        within = iter(sorted(self._lengths.items()))
        length, count = next(within, (0, 0))
        shorter = shorter_tokens = 0
        for limit in self._steps():
            if limit >= self.longest:
                break
            if limit >= EXACT_LENGTHS:
                tokens, longer = self._beyond[limit]
                cuts[limit] = Truncation(self.tokens - tokens + limit * longer, self.tokens - tokens, longer)
                continue
            while length <= limit:
                shorter, shorter_tokens = shorter + count, shorter_tokens + length * count
                length, count = next(within)
            cuts[limit] = Truncation(
                shorter_tokens + limit * (self.examples - shorter), shorter_tokens, self.examples - shorter
            )
        return cuts

    def _percentiles(self) -> LengthPercentiles:
        """Return the nearest-rank percentiles: the k-th shortest, k = percent of the examples, rounded up."""
        ranks = [-(-self.examples * percent // 100) for percent in (5, 50, 95)]
        quantiles: list[int] = []
        below = 0
        for length, count in sorted(self._lengths.items()):
            below += count
            while len(quantiles) < len(ranks) and below >= ranks[len(quantiles)]:
                quantiles.append(length)
        p5, p50, p95 = quantiles or (0, 0, 0)
        return LengthPercentiles(p5, p50, p95, self.longest)


class _Seen:
    """A hash table of fixed size: hashes of examples, with the line of the first occurrence."""

    def __init__(self) -> None:
        self._keys = array("q", [0]) * _SLOTS
        self._lines = array("I", [0]) * _SLOTS
        self._count = 0
        self.full = False

    def remember(self, key: int, line: int) -> int | None:
        """Return the line of an equal example; else remember this one and return None."""
        key = key or 1
        slot = key & (_SLOTS - 1)
        keys = self._keys
        while slot_key := keys[slot]:
            if slot_key == key:
                return self._lines[slot]
            slot = (slot + 1) & (_SLOTS - 1)
        if self._count < REMEMBERED_EXAMPLES:
            keys[slot] = key
            self._lines[slot] = line
            self._count += 1
        else:
            self.full = True
        return None

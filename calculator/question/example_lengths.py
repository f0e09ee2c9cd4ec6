"""Lengths of a counted file's examples: average tokens per example at several length limits.

As text `4096:633.1/598,9731:641`: the average of 641 tokens falls to 633.1 if longer examples are cut at 4,096 tokens,
and to 598 if they are left out; the longest example has 9,731 tokens.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.numeric import Numeric, smaller

MOST_STEPS = 40
_STEP = re.compile(r"(\d{1,9}):(\d{1,9}(?:\.\d{1,16})?)(?:/(\d{1,9}(?:\.\d{1,16})?))?")

Fate = Literal["cut", "left out"]
"""Treatment of an example that is longer than a limit."""


class LengthStep(NamedTuple):
    """Average tokens per example at one limit."""

    limit: Decimal
    cut: Decimal
    """With longer examples cut at the limit."""
    without_longer: Decimal
    """With longer examples left out; they count as zero tokens."""


class ExampleLengths(NamedTuple):
    """Averages by limit, in rising order; the last limit is the longest example, at which no token is lost."""

    steps: tuple[LengthStep, ...]

    @property
    def longest(self) -> int:
        """The tokens of the longest example."""
        return int(self.steps[-1].limit)

    @property
    def mean(self) -> Decimal:
        """The average tokens per example."""
        return self.steps[-1].cut

    def holding(self, share: Decimal) -> int:
        """Return the first counted limit that keeps at least this share of the tokens when longer examples are cut."""
        return next((int(step.limit) for step in self.steps if step.cut >= share * self.mean), self.longest)

    def left(self, limit: int, fate: Fate) -> Decimal:
        """Return the average tokens per example at a limit, interpolated linearly between counted limits."""
        previous = LengthStep(Decimal(0), Decimal(0), Decimal(0))
        for step in self.steps:
            low, high = (previous.cut, step.cut) if fate == "cut" else (previous.without_longer, step.without_longer)
            if limit <= step.limit:
                return low + (high - low) * (limit - previous.limit) / (step.limit - previous.limit)
            previous = step
        return self.mean

    def left_of(self, tokens: Decimal, limit: int, fate: Fate) -> Decimal:
        """Return `left` scaled to examples of `tokens` on average instead of the counted mean."""
        remaining = self.left(limit, fate)
        if not isinstance(tokens, Numeric) and tokens == self.mean:
            return remaining
        return smaller(tokens * (remaining / self.mean), Decimal(limit))

    def __str__(self) -> str:
        """Return the text form that `parse_lengths` reads."""
        return ",".join(
            f"{step.limit:f}:{step.cut:f}" + (f"/{step.without_longer:f}" if step.without_longer != step.cut else "")
            for step in self.steps
        )


def parse_lengths(text: str) -> ExampleLengths:
    """Parse the text form of the lengths. Raises ValueError with a sentence for the user."""
    parts = text.replace(" ", "").split(",")
    matches = [_STEP.fullmatch(part) for part in parts[: MOST_STEPS + 1]]
    steps = [
        LengthStep(*(Decimal(number) for number in (match[1], match[2], match[3] or match[2])))
        for match in matches
        if match
    ]
    previous = LengthStep(Decimal(0), Decimal(0), Decimal(0))
    for step in steps:
        rises = (
            step.limit > previous.limit and step.cut >= previous.cut and step.without_longer >= previous.without_longer
        )
        if not rises or not step.without_longer <= step.cut <= step.limit:
            break
        previous = step
    else:
        if len(steps) == len(parts) <= MOST_STEPS and previous.cut and previous.without_longer == previous.cut:
            return ExampleLengths(tuple(steps))
    raise ValueError(
        f"“{text.strip()[:40]}” isn't a valid list of example lengths. Counting a file fills this in; leave it empty, "
        "or write limit:tokens pairs with the longest example last, such as 4096:633.1,9731:641."
    )

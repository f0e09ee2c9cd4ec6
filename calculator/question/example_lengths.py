"""How long the examples of a counted file are: what is left of them where longer ones are cut, or left out.

As text `4096:633.1/598,9731:641`: of 641 tokens an example, 633.1 are left where longer ones are cut at 4,096 tokens,
and 598 where those are left out; the longest example has 9,731.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal, NamedTuple

from calculator.numeric import Numeric, smaller

MOST_STEPS = 40
_STEP = re.compile(r"(\d{1,9}):(\d{1,9}(?:\.\d{1,16})?)(?:/(\d{1,9}(?:\.\d{1,16})?))?")

Fate = Literal["cut", "left out"]
"""What becomes of an example that is longer than a limit."""


class LengthStep(NamedTuple):
    """Tokens an example at one limit."""

    limit: Decimal
    cut: Decimal
    """Where longer ones are cut there."""
    kept: Decimal
    """Where longer ones are left out."""


class ExampleLengths(NamedTuple):
    """Limits in rising order; the last is the longest example, at which nothing is lost."""

    steps: tuple[LengthStep, ...]

    @property
    def longest(self) -> int:
        """Tokens of the longest example."""
        return int(self.steps[-1].limit)

    @property
    def mean(self) -> Decimal:
        """Tokens an example."""
        return self.steps[-1].cut

    def holding(self, share: Decimal) -> int:
        """The first of the counted limits at which this share of the tokens is left where longer examples are cut."""
        return next((int(step.limit) for step in self.steps if step.cut >= share * self.mean), self.longest)

    def left(self, limit: int, fate: Fate) -> Decimal:
        """Tokens an example at a limit; between two that were counted, on the straight line between them: where longer
        ones are cut, never more than there are.
        """
        before = LengthStep(Decimal(0), Decimal(0), Decimal(0))
        for step in self.steps:
            low, high = (before.cut, step.cut) if fate == "cut" else (before.kept, step.kept)
            if limit <= step.limit:
                return low + (high - low) * (limit - before.limit) / (step.limit - before.limit)
            before = step
        return self.mean

    def left_of(self, tokens: Decimal, limit: int, fate: Fate) -> Decimal:
        """The same where an example has `tokens` on average: the same share of them."""
        left = self.left(limit, fate)
        if not isinstance(tokens, Numeric) and tokens == self.mean:
            return left
        return smaller(tokens * (left / self.mean), Decimal(limit))

    def __str__(self) -> str:
        return ",".join(
            f"{step.limit:f}:{step.cut:f}" + (f"/{step.kept:f}" if step.kept != step.cut else "") for step in self.steps
        )


def parse_lengths(text: str) -> ExampleLengths:
    """The way back from text. Raises ValueError with a sentence for whoever typed it."""
    parts = text.replace(" ", "").split(",")
    found = [_STEP.fullmatch(part) for part in parts[: MOST_STEPS + 1]]
    steps = [LengthStep(*(Decimal(number) for number in (one[1], one[2], one[3] or one[2]))) for one in found if one]
    before = LengthStep(Decimal(0), Decimal(0), Decimal(0))
    for step in steps:
        rises = step.limit > before.limit and step.cut >= before.cut and step.kept >= before.kept
        if not rises or not step.kept <= step.cut <= step.limit:
            break
        before = step
    else:
        if len(steps) == len(parts) <= MOST_STEPS and before.cut and before.kept == before.cut:
            return ExampleLengths(tuple(steps))
    raise ValueError(
        f"“{text.strip()[:40]}” isn't a valid list of example lengths. A counted file supplies it. Leave it out, or "
        "write limit:tokens pairs with the longest example last, such as 4096:633.1,9731:641."
    )

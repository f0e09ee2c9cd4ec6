"""Two totals, and which of the scenario's own fields account for the difference. Adds up exactly.

Where fields work together (more epochs of more examples), each gets its Shapley value: its effect averaged over all
orders in which the fields could have been changed, so that the order in which they are written does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, localcontext
from itertools import combinations
from typing import NamedTuple

from calculator.question.keys import KEYS

Fields = Mapping[str, str]
Total = Callable[[dict[str, str]], Decimal | None]
Value = Callable[[frozenset[int]], Decimal | None]

_WIDE = Context(prec=120)  # totals of 28 digits are added up and taken apart without a rounding
_DUST = Decimal("1e-20")

# These change what is compared or how it is called, not what an offer costs.
WITHOUT_COST = frozenset({"on", "name", "base", "base_rates"})
# 2^8 totals are worked out in some tens of milliseconds. Beyond that the effects are averaged over two orders only: as
# the keys stand in the grammar, and the other way round.
MOST_EXACT = 8


class Cause(NamedTuple):
    """A field (or fields that only make sense together) and what its change adds to the total, in US dollars."""

    keys: tuple[str, ...]
    usd: Decimal


def difference_causes(before: Fields, after: Fields, total: Total) -> list[Cause] | None:
    """What each changed field adds to `total`, in the grammar's order; None where a total on the way is not known.

    `total` prices one set of fields. The causes add up to total(after) − total(before).
    """
    groups = _groups(before, after)
    known: dict[frozenset[int], Decimal] = {}

    def value(changed: frozenset[int]) -> Decimal | None:
        if changed not in known:
            usd = total(_mixed(before, after, [groups[i] for i in changed]))
            if usd is None:
                return None
            known[changed] = usd
        return known[changed]

    everything = frozenset(range(len(groups)))
    first, last = value(frozenset()), value(everything)
    if first is None or last is None:
        return None
    with localcontext(_WIDE):
        effects = (shapley if len(groups) <= MOST_EXACT else _both_ways)(len(groups), value)
        if effects is None:
            return None
        effects = [effect.quantize(_DUST) for effect in effects]
        if effects:  # the last one takes what the rounding left
            effects[-1] = last - first - sum(effects[:-1], Decimal(0))
    return [Cause(keys, effect) for keys, effect in zip(groups, effects, strict=True)]


def _groups(before: Fields, after: Fields) -> list[tuple[str, ...]]:
    """The changed keys. Two come as one where one side lacks one of them and neither means anything alone: calls and
    their length, a model by its name or by its size; and always an average with the lengths it is that of.
    """
    changed = [key for key in KEYS if before.get(key) != after.get(key) and key not in WITHOUT_COST]
    groups: list[tuple[str, ...]] = []
    for pair in (("calls", "call"), ("model", "params"), ("example", "lengths")):
        if set(pair) <= set(changed) and (pair[0] not in before or pair[0] not in after or "lengths" in pair):
            changed = [key for key in changed if key not in pair]
            groups.append(pair)
    return [*groups, *((key,) for key in changed)]


def _mixed(before: Fields, after: Fields, changed: list[tuple[str, ...]]) -> dict[str, str]:
    fields = dict(before)
    for key in (key for keys in changed for key in keys):
        fields.pop(key, None)
        if key in after:
            fields[key] = after[key]
    return fields


def shapley(count: int, value: Value) -> list[Decimal] | None:
    """What each of so many changes adds, averaged over all orders; `value` prices any set of them. None where one price
    on the way is not known.
    """
    effects = []
    for one in range(count):
        others = [i for i in range(count) if i != one]
        effect = Decimal(0)
        for size in range(count):
            orders = math.factorial(size) * math.factorial(count - size - 1)
            for chosen in combinations(others, size):
                without, with_it = value(frozenset(chosen)), value(frozenset((*chosen, one)))
                if without is None or with_it is None:
                    return None
                effect += orders * (with_it - without)
        effects.append(effect / math.factorial(count))
    return effects


def _both_ways(count: int, value: Value) -> list[Decimal] | None:
    effects = [Decimal(0)] * count
    for order in (range(count), range(count - 1, -1, -1)):
        changed: frozenset[int] = frozenset()
        for one in order:
            without, with_it = value(changed), value(changed | {one})
            if without is None or with_it is None:
                return None
            effects[one] += (with_it - without) / 2
            changed |= {one}
    return effects

"""Attribution of the difference of two totals to the fields of the scenario. Adds up exactly.

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

_WIDE = Context(prec=120)  # totals of 28 digits are added and subtracted without rounding
_DUST = Decimal("1e-20")

# These keys change what is compared or how it is named, not what an offer costs.
WITHOUT_COST = frozenset({"on", "name", "base", "base_rates", "like", "class", "size", "licence", "needs", "task"})
# 2^8 totals take some tens of milliseconds. With more changes the effects are averaged over two orders only: the order
# of the keys in the grammar, and its reverse.
MOST_EXACT = 8


class Cause(NamedTuple):
    """A field (or fields that only make sense together) and what its change adds to the total, in US dollars."""

    keys: tuple[str, ...]
    usd: Decimal


def difference_causes(old_fields: Fields, new_fields: Fields, total: Total) -> list[Cause] | None:
    """Return what each changed field adds to a total, by Shapley values.

    Args:
        old_fields: The scenario as text, by key.
        new_fields: The changed scenario as text, by key.
        total: Prices one set of fields in US dollars; None if a price is unknown.

    Returns:
        The causes, which add up to total(new_fields) − total(old_fields); None if a total on the way is unknown.
    """
    groups = _groups(old_fields, new_fields)
    totals: dict[frozenset[int], Decimal] = {}

    def value(changed: frozenset[int]) -> Decimal | None:
        if changed not in totals:
            usd = total(_mixed(old_fields, new_fields, [groups[i] for i in changed]))
            if usd is None:
                return None
            totals[changed] = usd
        return totals[changed]

    everything = frozenset(range(len(groups)))
    usd_before, usd_after = value(frozenset()), value(everything)
    if usd_before is None or usd_after is None:
        return None
    with localcontext(_WIDE):
        effects = (shapley if len(groups) <= MOST_EXACT else _both_ways)(len(groups), value)
        if effects is None:
            return None
        effects = [effect.quantize(_DUST) for effect in effects]
        if effects:  # the last one absorbs the rounding errors
            effects[-1] = usd_after - usd_before - sum(effects[:-1], Decimal(0))
    return [Cause(keys, effect) for keys, effect in zip(groups, effects, strict=True)]


def _groups(old_fields: Fields, new_fields: Fields) -> list[tuple[str, ...]]:
    """Return the changed keys, in groups that are attributed together.

    Two keys form a group if one side lacks one of them and neither has a meaning alone: calls and their length, a model
    by name or by size; and always an average length with the list of lengths.
    """
    changed = [key for key in KEYS if old_fields.get(key) != new_fields.get(key) and key not in WITHOUT_COST]
    groups: list[tuple[str, ...]] = []
    for pair in (("calls", "call"), ("model", "params"), ("example", "lengths")):
        if set(pair) <= set(changed) and (pair[0] not in old_fields or pair[0] not in new_fields or "lengths" in pair):
            changed = [key for key in changed if key not in pair]
            groups.append(pair)
    return [*groups, *((key,) for key in changed)]


def _mixed(old_fields: Fields, new_fields: Fields, changed: list[tuple[str, ...]]) -> dict[str, str]:
    fields = dict(old_fields)
    for key in (key for keys in changed for key in keys):
        fields.pop(key, None)
        if key in new_fields:
            fields[key] = new_fields[key]
    return fields


def shapley(count: int, value: Value) -> list[Decimal] | None:
    """Return what each of `count` changes adds, averaged over all orders.

    Args:
        count: The number of changes.
        value: Prices any set of them; None if a price is unknown.

    Returns:
        The effects in the order of the changes; None if a price on the way is unknown.
    """
    effects = []
    for change in range(count):
        further = [index for index in range(count) if index != change]
        effect = Decimal(0)
        for size in range(count):
            orders = math.factorial(size) * math.factorial(count - size - 1)
            for chosen in combinations(further, size):
                without, with_it = value(frozenset(chosen)), value(frozenset((*chosen, change)))
                if without is None or with_it is None:
                    return None
                effect += orders * (with_it - without)
        effects.append(effect / math.factorial(count))
    return effects


def _both_ways(count: int, value: Value) -> list[Decimal] | None:
    effects = [Decimal(0)] * count
    for order in (range(count), range(count - 1, -1, -1)):
        changed: frozenset[int] = frozenset()
        for change in order:
            without, with_it = value(changed), value(changed | {change})
            if without is None or with_it is None:
                return None
            effects[change] += (with_it - without) / 2
            changed |= {change}
    return effects

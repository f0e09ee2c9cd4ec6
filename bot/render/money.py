"""Numbers as people read them: money, unit prices, quantities. Rounding happens here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
_WIDE = Context(prec=60)  # the usual 28 digits cannot hold the cents of the largest sums that can be asked for
UNKNOWN = "unknown"
ROUGH_FROM = Decimal(1_000)
MAGNITUDES = ((1e15, " quadrillion"), (1e12, "T"), (1e9, "B"), (1e6, "M"))


def money(usd: Decimal | None, *, whole: bool = True) -> str:
    """`$1,080.00`; an amount under a cent keeps three digits that say something; `≥ $4.00` where a part is unknown."""
    if usd is None:
        return UNKNOWN
    return f"{'' if whole else '≥ '}{_dollars(usd, _places(usd))}"


def rough(usd: Decimal) -> str:
    """A percentile of draws: whole dollars from $1,000 on, where cents would claim what nobody knows."""
    return money(usd) if abs(usd) < ROUGH_FROM else _dollars(usd, 0)


def foreign(amount: Decimal) -> str:
    """An amount of another currency, whose code stands beside it: `11,263.35`, `0.0417`."""
    return _dollars(amount, _places(amount)).replace("$", "")


def money_span(low: Decimal | None, high: Decimal | None, *, whole: bool = True) -> str:
    """`$12.50 – $125.00`, or one figure where both ends print the same."""
    first, last = money(low, whole=whole), money(high, whole=True)
    return first if first.removeprefix("≥ ") == last else f"{first} – {last}"


def signed(usd: Decimal) -> str:
    """A difference: `+$24.00`, `−$3.00`, `±$0.00`."""
    return f"{'+' if usd > 0 else '−' if usd < 0 else '±'}{_dollars(abs(usd), _places(usd))}"


def unit_price(usd: Decimal | None) -> str:
    """A price as its source gives it, with at least cents: `$25.00`, `$0.0375`."""
    if usd is None:
        return UNKNOWN
    exponent = usd.normalize().as_tuple().exponent
    return _dollars(usd, max(2, -exponent if isinstance(exponent, int) else 2))


def quantity(value: Decimal | None) -> str:
    """`1,800`, `12`, `2.5`: at most four digits after the point."""
    if value is None:
        return UNKNOWN
    rounded = value.quantize(Decimal("0.0001"), ROUND_HALF_UP, _WIDE).normalize(_WIDE)
    return f"{rounded:,f}"


def counted(count: Decimal | int, what: str) -> str:
    """`1 call`, `258,334 calls`: up to the next whole one."""
    whole = math.ceil(count)
    return f"{whole:,} {what}{'' if whole == 1 else 's'}"


def brief(usd: Decimal, *, cents: bool = True) -> str:
    """Return an amount for a chart's label: `$99.50`, `$12,346`, `$1.235M`.

    Args:
        usd: The amount.
        cents: Whether amounts below a million show cents.
    """
    value = float(usd)
    short = next((f"${value / power:,.4g}{suffix}" for power, suffix in MAGNITUDES if value >= power * 0.9999995), "")
    return short or (money(usd) if cents else f"${value:,.0f}")


def parts_of_total(amounts: Sequence[Decimal], places: int = 2) -> list[str]:
    """Amounts printed so that the printed parts add up to the printed total.

    Each is cut to its last digit; what is missing to the rounded total goes to those that lost most.
    """
    step = Decimal(1).scaleb(-places)
    whole = [amount.quantize(step, ROUND_FLOOR, _WIDE) for amount in amounts]
    total = sum(amounts, Decimal(0)).quantize(step, ROUND_HALF_UP, _WIDE)
    missing = int((total - sum(whole, Decimal(0))) / step)
    lost_most = sorted(range(len(amounts)), key=lambda i: (whole[i] - amounts[i], i))
    for i in lost_most[:missing]:
        whole[i] += step
    return [_dollars(amount, places) for amount in whole]


def places_for(total: Decimal) -> int:
    """Digits after the point for a column that adds up to `total`."""
    return _places(total)


def _places(usd: Decimal) -> int:
    """Cents, or as many places as show three digits of what is less than a cent."""
    if usd == 0 or abs(usd) >= CENT:
        return 2
    return min(12, 2 - usd.adjusted())


def _dollars(usd: Decimal, places: int) -> str:
    rounded = usd.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)
    return f"{'−' if rounded < 0 else ''}${abs(rounded):,.{places}f}"

"""Money, unit prices and quantities as text. Rounding happens here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
_WIDE = Context(prec=60)  # the usual 28 digits cannot hold the cents of the largest sums that can be asked for
UNKNOWN = "unknown"
ROUGH_FROM = Decimal(100)
MAGNITUDES = ((1e15, " quadrillion"), (1e12, "T"), (1e9, "B"), (1e6, "M"))


def money(usd: Decimal | None, *, whole: bool = True) -> str:
    """Return `$1,080.00`; three significant digits below a cent; `≥ $4.00` if a part is unknown (`whole` is False)."""
    if usd is None:
        return UNKNOWN
    return f"{'' if whole else '≥ '}{_dollars(usd, _places(usd))}"


def rough(usd: Decimal) -> str:
    """Return a percentile, in whole dollars from $100 on: cents would claim a precision that draws don't have."""
    return money(usd) if abs(usd) < ROUGH_FROM else _dollars(usd, 0)


def foreign(amount: Decimal) -> str:
    """Return an amount in another currency without its code: `11,263.35`, `0.0417`."""
    return _dollars(amount, _places(amount)).replace("$", "")


def money_span(low: Decimal | None, high: Decimal | None, *, whole: bool = True) -> str:
    """Return `$12.50 – $125.00`, or one amount if both ends print the same."""
    low_text, high_text = money(low, whole=whole), money(high, whole=True)
    return low_text if low_text.removeprefix("≥ ") == high_text else f"{low_text} – {high_text}"


def signed(usd: Decimal) -> str:
    """Return a difference: `+$24.00`, `−$3.00`, `±$0.00`."""
    return f"{'+' if usd > 0 else '−' if usd < 0 else '±'}{_dollars(abs(usd), _places(usd))}"


def unit_price(usd: Decimal | None) -> str:
    """Return a price with the digits of its source, at least cents: `$25.00`, `$0.0375`."""
    if usd is None:
        return UNKNOWN
    exponent = usd.normalize().as_tuple().exponent
    return _dollars(usd, max(2, -exponent if isinstance(exponent, int) else 2))


def quantity(value: Decimal | None) -> str:
    """Return `1,800`, `12`, `2.5`: at most four digits after the point."""
    if value is None:
        return UNKNOWN
    rounded = value.quantize(Decimal("0.0001"), ROUND_HALF_UP, _WIDE).normalize(_WIDE)
    return f"{rounded:,f}"


def counted(count: Decimal | int, noun: str) -> str:
    """Return `1 call`, `258,334 calls`, rounded up to a whole number."""
    whole = math.ceil(count)
    return f"{whole:,} {noun}{'' if whole == 1 else 's'}"


def each(period: str) -> str:
    """Return a period of time with its article: `a day`, `an hour`."""
    return f"an {period}" if period == "hour" else f"a {period}"


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
    """Return amounts as text so that the printed parts add up to the printed total.

    Each amount is rounded down; the remainder to the rounded total goes to the amounts that lost most.
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
    """Return the digits after the point for a column that adds up to `total`."""
    return _places(total)


def _places(usd: Decimal) -> int:
    """Return 2, or below a cent as many places as show three significant digits."""
    if usd == 0 or abs(usd) >= CENT:
        return 2
    return min(12, 2 - usd.adjusted())


def _dollars(usd: Decimal, places: int) -> str:
    rounded = usd.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)
    return f"{'−' if rounded < 0 else ''}${abs(rounded):,.{places}f}"

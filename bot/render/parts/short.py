"""Figures as they are spoken: three or four digits, dates without a year that everyone knows."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from bot.render.parts.money import CENT, UNKNOWN, money
from calculator import CostSpan

WHOLE_FROM = Decimal(100)
ROUNDED_FROM = Decimal(10_000)
DIGITS = 4
LONG_HOURS = 48
"""Hours from which a duration is said in days."""
DECIMAL_BELOW = 10
WIDE = Context(prec=100)
"""Whole dollars of any answer have fewer digits."""
_ISO_DAY = re.compile(r"(?<![\w-])(20\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?(?!-?\w|\.\w)")
STEPS = ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k"))


def short_money(usd: Decimal) -> str:
    """Return `$1,449`, `$92.40`, `under $1`: no cents from $100 up, and at most four significant digits."""
    if abs(usd) >= ROUNDED_FROM:
        step = Decimal(1).scaleb(usd.adjusted() - DIGITS + 1)
        usd = usd.quantize(step, ROUND_HALF_UP)
    if abs(usd) >= WHOLE_FROM:
        return money(usd.quantize(Decimal(1), ROUND_HALF_UP, context=WIDE)).removesuffix(".00")
    if 0 < usd < 1:
        return "under $1"
    return money(usd).removesuffix(".00")


def short_price(usd: Decimal) -> str:
    """Return an amount of a table, or a unit's price: three significant digits below a dollar, `$0.329`, `$0.50`."""
    if 0 < usd < 1:
        rounded = usd.quantize(Decimal(1).scaleb(usd.adjusted() - 2), ROUND_HALF_UP).normalize()
        return f"${rounded if rounded % CENT else rounded.quantize(CENT):f}"
    return short_money(usd)


def span_text(span: CostSpan) -> str:
    """Return a cost in a few digits: `$90`, `$120 to $200`, `at least $1.95`, `unknown`."""
    if span.low is None or span.high is None:
        return UNKNOWN
    low, high = short_price(span.low), short_price(span.high)
    return f"{'' if span.whole else 'at least '}{low if low == high else f'{low} to {high}'}"


def short_count(count: Decimal | int) -> str:
    """Return `194k`, `1.25M`, `850`: three digits, rounded up."""
    whole = math.ceil(count)
    digits = max(0, len(str(whole)) - 3)
    rounded = -(-whole // 10**digits) * 10**digits
    for size, suffix in STEPS:
        if rounded >= size:
            return (
                f"{Decimal(rounded) / size:f}".rstrip("0").rstrip(".") + suffix
                if rounded % size
                else (f"{rounded // size}{suffix}")
            )
    return str(rounded)


def short_day(day: date, as_of: date) -> str:
    """Return `20 Dec`, with the year if it isn't that of `as_of`."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != as_of.year else "")


def full_day(day: date) -> str:
    """Return `20 Dec 2026`."""
    return f"{day.day} {day:%b %Y}"


def short_month(month: date) -> str:
    """Return `Nov 2026`."""
    return f"{month:%b %Y}"


def spoken_days(text: str, as_of: date) -> str:
    """Return a sentence of the calculator or the catalogue with its ISO dates as `short_day` writes them.

    Args:
        text: The sentence; `until 2026-12-20` becomes `until 20 Dec`.
        as_of: The day of the answer.
    """

    def spoken(match: re.Match[str]) -> str:
        year, month, day = match.groups()
        try:
            first = date(int(year), int(month), int(day or 1))
        except ValueError:  # such as 2026-02-30
            return match[0]
        return short_day(first, as_of) if day else short_month(first)

    return _ISO_DAY.sub(spoken, text)


def duration(hours: float, *, of: float) -> str:
    """Return hours in the unit that suits a duration: `1.6`, or `24` for minutes.

    Args:
        hours: The hours.
        of: The hours whose unit is used: minutes below one hour, days from 48 hours on.
    """
    value = hours * 60 if of < 1 else hours / 24 if of >= LONG_HOURS else hours
    return f"{value:,.0f}" if value >= DECIMAL_BELOW or of < 1 else f"{value:.1f}"


def hours_text(hours: float) -> str:
    """Return `24 minutes`, `2.4 hours`, `3.1 days`."""
    number = duration(hours, of=hours)
    unit = "minute" if hours < 1 else "day" if hours >= LONG_HOURS else "hour"
    return f"{number} {unit}{'' if number == '1' else 's'}"

"""What people type as numbers: 10k, 2M, 80%, 250/150, 50k/day, 2000->100, 3..5. Parsing, and the way back to text.

Every parser raises ValueError with a sentence for the person who typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Literal, NamedTuple

Corner = Literal["low", "likely", "high"]

MAX_LENGTH = 60
MAX_NUMBER = Decimal(10) ** 15
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[,_'’ ]\d{3})+|\d+)?(?P<fraction>\.\d+)?\s*(?P<suffix>[kmb%])?", re.IGNORECASE
)
_SIMPLE = re.compile(r"\$?\s*(?P<digits>\d+(?:\.\d+)?|\.\d+)\s*(?P<suffix>[kmb]?)", re.IGNORECASE)
_SUFFIX = {"k": Decimal(10) ** 3, "m": Decimal(10) ** 6, "b": Decimal(10) ** 9, "%": Decimal("0.01")}
_RANGE = re.compile(r"\.\.\.?|…")
_ARROW = re.compile(r"->|→|=>|—>|–>")
Period = Literal["hour", "day", "week", "month", "year"]
_PERIODS: dict[str, Period] = {
    "h": "hour", "hr": "hour", "hour": "hour", "d": "day", "day": "day", "w": "week", "wk": "week", "week": "week",
    "mo": "month", "month": "month", "y": "year", "yr": "year", "year": "year",
}  # fmt: skip


class Amount(NamedTuple):
    """A number that may be a range. A plain number is the same at all three corners."""

    low: Decimal
    likely: Decimal
    high: Decimal
    peaked: bool = False
    """Whether the likely value was given, so that values near it are likelier than others."""

    def at(self, corner: Corner) -> Decimal:
        return self.low if corner == "low" else self.high if corner == "high" else self.likely

    @property
    def is_range(self) -> bool:
        return self.low != self.high

    def __str__(self) -> str:
        return self.text()

    def text(self, suffix: str = "") -> str:
        """The shortest text that reads back as the same amount."""
        if not self.is_range:
            return format_number(self.likely, suffix)
        ends = [self.low, self.likely, self.high] if self.peaked else [self.low, self.high]
        texts = [format_number(end, suffix) for end in ends]
        return "..".join(map(_plain, ends) if _two_readings(texts) else texts)


class TokenPair(NamedTuple):
    """Tokens in / out of one example or call. `output` is None where only the sum was given (then in `input`)."""

    input: Amount
    output: Amount | None

    def total(self, corner: Corner) -> Decimal:
        return self.input.at(corner) + (self.output.at(corner) if self.output else 0)

    def __str__(self) -> str:
        return f"{self.input}/{self.output}" if self.output else str(self.input)


class Frequency(NamedTuple):
    """Calls a period."""

    calls: Amount
    period: Period

    def __str__(self) -> str:
        return f"{self.calls}/{self.period}"


class PromptChange(NamedTuple):
    """Prompt tokens before → after tuning."""

    before: Amount
    after: Amount

    def __str__(self) -> str:
        return f"{self.before}->{self.after}"


class TokenRates(NamedTuple):
    """One's own prices, US dollars per 1M tokens."""

    training: Amount | None
    """None for a base model, which is not trained."""
    input: Amount
    cached_input: Amount | None
    output: Amount

    def __str__(self) -> str:
        return "/".join(str(rate) for rate in self if rate is not None)


def parse_number(text: str) -> Decimal:
    """`10k`, `1,500`, `2.5M`, `80%` (0.8). Never negative, finite, bounded."""
    stripped = text.strip().removeprefix("$").strip()
    match = _NUMBER.fullmatch(stripped) if len(stripped) <= MAX_LENGTH else None
    if not match or not (match["digits"] or match["fraction"]):
        if re.fullmatch(r"[-−–]\s*[\d.,]+\s*[kmb%]?", stripped, re.IGNORECASE):
            raise ValueError(f"“{_short(text)}” is below zero; give zero or more.")
        raise ValueError(f"“{_short(text)}” is not a number; write it like 400, 10k, 2.5M or 1,500.")
    if not stripped.isascii() and not re.fullmatch(r"[\d.,_'’ kmbKMB%]+", stripped, re.ASCII):
        raise ValueError(f"“{_short(text)}” is not a number; use the digits 0 to 9.")
    value = Decimal(re.sub(r"[^\d]", "", match["digits"] or "") + (match["fraction"] or ""))
    value *= _SUFFIX.get((match["suffix"] or "").lower(), 1)
    if value > MAX_NUMBER:
        raise ValueError(f"“{_short(text)}” is too large to be meant.")
    return value


def parse_amount(text: str, number: Callable[[str], Decimal] = parse_number) -> Amount:
    """A number, `low..high` or `low..likely..high`. The likely value of a two-ended range is its middle."""
    parts = [part.strip() for part in _RANGE.split(text)]
    if len(parts) == 1:
        value = number(text)
        return Amount(value, value, value)
    if len(parts) > 3 or not all(parts):
        raise ValueError(f"“{_short(text)}” is not a range; write low..high or low..likely..high, such as 3..5.")
    if meant := _two_readings(parts):
        raise ValueError(f"“{_short(text)}” can be read in two ways; write {meant}, or both ends in full.")
    values = [number(part) for part in _shared_suffix(parts)]
    if values != sorted(values):
        raise ValueError(f"“{_short(text)}” runs downwards; write the lower number first.")
    peaked = len(values) == 3 and values[0] != values[2]
    return Amount(values[0], values[1] if len(values) == 3 else (values[0] + values[1]) / 2, values[-1], peaked)


def _shared_suffix(parts: list[str]) -> list[str]:
    """In `40..60%` the sign stands for both ends; k, M and B do not (`1..10k` may well mean 1 to 10,000)."""
    return [part if part.endswith("%") or not parts[-1].endswith("%") else part + "%" for part in parts]


def _two_readings(parts: list[str]) -> str | None:
    """How `1..3M` may be meant, which could also be 1 to 3,000,000; None where there is one reading (`500..2k`)."""
    first, last = _SIMPLE.fullmatch(parts[0]), _SIMPLE.fullmatch(parts[-1])
    if not first or not last or first["suffix"] or not last["suffix"]:
        return None
    small, large, sign = first["digits"], last["digits"], last["suffix"]
    return f"{small}{sign}..{large}{sign}" if 0 < Decimal(small) < Decimal(large) else None


def parse_currency(text: str) -> str:
    """`EUR`: a code of ISO 4217, whether or not there is such a currency."""
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"“{_short(text)}” is no currency; write its three letters, such as EUR.")
    return code


def parse_share(text: str) -> Amount:
    """`80%` or `0.8`, from 0 to 1."""
    amount = parse_amount(text)
    if amount.high > 1:
        raise ValueError(f"“{_short(text)}” is more than all of it; write a share such as 80%.")
    return amount


def parse_pair(text: str) -> TokenPair:
    """`250/150` (input/output) or `400` (together)."""
    parts = text.split("/")
    if len(parts) > 2 or not all(part.strip() for part in parts):
        raise ValueError(f"“{_short(text)}” is not tokens; write input/output such as 250/150, or one sum such as 400.")
    amounts = [parse_amount(part) for part in parts]
    return TokenPair(amounts[0], amounts[1] if len(amounts) == 2 else None)


def parse_frequency(text: str) -> Frequency:
    """`50k/day`, `1.5M/month`, also /hour, /week and /year."""
    count, slash, period = text.replace(" per ", "/").replace(" a ", "/").partition("/")
    unit = _PERIODS.get(period.strip().lower().removesuffix("s")) or _PERIODS.get(period.strip().lower())
    amount = parse_amount(count)
    if not slash:
        short = _short(text, 20)
        raise ValueError(f"“{short}” lacks its period; write {short}/day or {short}/month.")
    if unit is None:
        raise ValueError(f"“{_short(period)}” is no period; write /day or /month (hour, week and year work too).")
    return Frequency(amount, unit)


def parse_prompt(text: str) -> PromptChange:
    """`2000->100`, or one number for a prompt that stays."""
    parts = [part.strip() for part in _ARROW.split(text)]
    if len(parts) > 2 or not all(parts):
        raise ValueError(f"“{_short(text)}” is not a prompt; write tokens before->after such as 2000->100.")
    before = parse_amount(parts[0])
    return PromptChange(before, parse_amount(parts[1]) if len(parts) == 2 else before)


def parse_rates(text: str) -> TokenRates:
    """`10/3/6` (training/input/output) or `10/3/1.5/6` (with cached input), US dollars per 1M tokens."""
    parts = text.split("/")
    if len(parts) not in (3, 4) or not all(part.strip() for part in parts):
        raise ValueError(
            f"“{_short(text)}” is not a set of prices; write training/input/output such as 10/3/6, "
            "or training/input/cached input/output such as 10/3/1.5/6, in USD per 1M tokens."
        )
    amounts = [parse_amount(part) for part in parts]
    return TokenRates(amounts[0], amounts[1], amounts[2] if len(amounts) == 4 else None, amounts[-1])


def parse_base_rates(text: str) -> TokenRates:
    """`0.15/0.60` (input/output) or `0.15/0.075/0.60` (with cached input), US dollars per 1M tokens."""
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(part.strip() for part in parts):
        raise ValueError(
            f"“{_short(text)}” is not a set of prices; write input/output such as 0.15/0.60, "
            "or input/cached input/output such as 0.15/0.075/0.60, in USD per 1M tokens."
        )
    amounts = [parse_amount(part) for part in parts]
    return TokenRates(None, amounts[0], amounts[1] if len(amounts) == 3 else None, amounts[-1])


def format_number(value: Decimal, suffix: str = "") -> str:
    """The way back: 10000 -> 10k, 0.8 with suffix % -> 80%. Exact, never in exponents."""
    if suffix == "%":
        return f"{_plain(value * 100)}%"
    for sign, scale in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if value >= scale and (value / scale * 100) % 1 == 0:
            return f"{_plain(value / scale)}{sign}"
    return f"{_plain(value)}{suffix}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short(text: str, length: int = 40) -> str:
    """What was typed, for an error message: bounded, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"

"""Numbers as people type them: 10k, 2M, 80%, 250/150, 50k/day, 2000->100, 3..5. Parsing, and writing them back.

Every parser raises ValueError with a sentence for the user.
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
    r"(?P<digits>\d{1,3}(?:[,_'’ ]\d{3})+|\d+)?(?P<fraction>\.\d+)?(?P<exponent>e\+?\d{1,2})?\s*(?P<suffix>[kmb%])?",
    re.IGNORECASE,
)
_DOT_BEFORE_THREE = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
"""`10.000`: ten thousand in much of Europe, ten elsewhere."""
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_NOUN = re.compile(r"(?<=[\dkmb])\s*(?:epochs?|examples?|tokens?|calls?|runs?|months?|days?|gpus?)$", re.IGNORECASE)
_SIMPLE = re.compile(r"\$?\s*(?P<digits>\d+(?:\.\d+)?|\.\d+)\s*(?P<suffix>[kmb]?)", re.IGNORECASE)
_SUFFIX = {"k": Decimal(10) ** 3, "m": Decimal(10) ** 6, "b": Decimal(10) ** 9, "%": Decimal("0.01")}
_RANGE = re.compile(r"\.\.\.?|…|(?<=[\dkmb%])\s*[-–—]\s*(?=[\d.$])", re.IGNORECASE)
_ARROW = re.compile(r"->|→|=>|—>|–>")
Period = Literal["hour", "day", "week", "month", "year"]
_PERIODS: dict[str, Period] = {
    "h": "hour", "hr": "hour", "hour": "hour", "d": "day", "day": "day", "w": "week", "wk": "week", "week": "week",
    "mo": "month", "month": "month", "y": "year", "yr": "year", "year": "year",
}  # fmt: skip


DAYS_A_MONTH = Decimal(365) / 12
"""Days of an average month. Twelve of them are a year of 365 days, or 8,760 hours."""


class NotANumber(ValueError):
    """The text is not a number at all."""


class Amount(NamedTuple):
    """A number that may be a range. A plain number is the same at all three corners."""

    low: Decimal
    likely: Decimal
    high: Decimal
    peaked: bool = False
    """The user gave the likely value, so values near it are more probable than others."""

    @classmethod
    def exactly(cls, value: Decimal) -> Amount:
        """Return the amount of a number that isn't a range."""
        return cls(value, value, value)

    def at(self, corner: Corner) -> Decimal:
        """Return the low, likely or high value."""
        return self.low if corner == "low" else self.high if corner == "high" else self.likely

    @property
    def is_range(self) -> bool:
        """True if low and high differ."""
        return self.low != self.high

    def __str__(self) -> str:
        """Return the shortest text that reads back as the same amount."""
        return self.text()

    def text(self, suffix: str = "") -> str:
        """Return the shortest text that reads back as the same amount, with a unit after each number."""
        if not self.is_range:
            return format_number(self.likely, suffix)
        ends = [self.low, self.likely, self.high] if self.peaked else [self.low, self.high]
        texts = [format_number(end, suffix) for end in ends]
        return "..".join(map(_plain, ends) if _two_readings(texts) else texts)


class TokenPair(NamedTuple):
    """Tokens in / out of one example or call. With only their sum known, `input` holds it and `output` is None."""

    input: Amount
    output: Amount | None

    def total(self, corner: Corner) -> Decimal:
        """Return input plus output tokens at one corner."""
        return self.input.at(corner) + (self.output.at(corner) if self.output else 0)

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return f"{self.input}/{self.output}" if self.output else str(self.input)


class Frequency(NamedTuple):
    """Number of calls in a period."""

    calls: Amount
    period: Period

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return f"{self.calls}/{self.period}"


class PromptChange(NamedTuple):
    """Tokens of the prompt before and after tuning."""

    before: Amount
    after: Amount

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return f"{self.before}->{self.after}"


class Validation(NamedTuple):
    """Validation tokens of a run: their number, or their share of the tokens of the examples."""

    amount: Amount
    is_share: bool

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return self.amount.text("%" if self.is_share else "")


class GraderTokens(NamedTuple):
    """Tokens of the model that grades a run of reinforcement tuning."""

    model: str
    input: Amount
    output: Amount

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return f"{self.model}:{self.input}/{self.output}"


class TokenRates(NamedTuple):
    """The user's own prices in US dollars per 1M tokens."""

    training: Amount | None
    """None for a base model, which isn't trained."""
    input: Amount
    cached_input: Amount | None
    output: Amount

    def __str__(self) -> str:
        """Return the text form that the parser reads."""
        return "/".join(str(rate) for rate in self if rate is not None)


def parse_number(text: str) -> Decimal:
    """Parse `10k`, `1,500`, `10 000`, `1e4`, `2.5M` or `80%` (0.8). The result is finite, from 0 to MAX_NUMBER.

    Args:
        text: The number as typed; a leading $ and a noun such as `epochs` behind it are ignored.

    Raises:
        NotANumber: The text is not a number.
        ValueError: The number is negative, too large, or ambiguous, such as `10.000`.
    """
    stripped = _plain_text(text)
    if _DOT_BEFORE_THREE.fullmatch(stripped):
        thousands = stripped.replace(".", "")
        readings = f"{int(thousands):,}" + (
            f", or {Decimal(stripped).normalize():f}" if stripped.count(".") == 1 else ""
        )
        raise ValueError(f"“{shorten(text)}” is ambiguous: {readings}? Write {thousands} without the dot.")
    return parse_decimal(text)


def parse_decimal(text: str) -> Decimal:
    """Parse a number like `parse_number`, with a dot that is always a decimal point, as in a price or a share.

    Args:
        text: The number as typed.

    Raises:
        NotANumber: The text is not a number.
        ValueError: The number is negative or too large.
    """
    stripped = _plain_text(text)
    match = _NUMBER.fullmatch(stripped) if len(stripped) <= MAX_LENGTH else None
    if not match or not (match["digits"] or match["fraction"]):
        if re.fullmatch(r"[-−–]\s*[\d.,]+\s*[kmb%]?", stripped, re.IGNORECASE):
            raise ValueError(f"“{shorten(text)}” is negative. Write zero or more.")
        raise NotANumber(f"“{shorten(text)}” isn't a number. Write it like 400, 10k, 2.5M or 1,500.")
    if not stripped.isascii() and not re.fullmatch(r"[\d.,_'’ kmbKMBeE+%]+", stripped, re.ASCII):
        raise ValueError(f"“{shorten(text)}” isn't a number. Use the digits 0 to 9.")
    value = Decimal(re.sub(r"[^\d]", "", match["digits"] or "") + (match["fraction"] or ""))
    if match["exponent"]:
        value = value.scaleb(int(match["exponent"][1:]))
    value *= _SUFFIX.get((match["suffix"] or "").lower(), 1)
    if value > MAX_NUMBER:
        raise ValueError(f"“{shorten(text)}” is too large.")
    return value


def _plain_text(text: str) -> str:
    return _NOUN.sub("", _SPACES.sub(" ", text).strip().removeprefix("$").strip())


def parse_amount(text: str, number: Callable[[str], Decimal] = parse_number) -> Amount:
    """Parse a number, `low..high` or `low..likely..high`. The likely value of `low..high` is its middle.

    Args:
        text: The amount as typed.
        number: Parser of each end.
    """
    parts = [part.strip() for part in _RANGE.split(text)]
    if len(parts) == 1:
        return Amount.exactly(number(text))
    if len(parts) > 3 or not all(parts):
        raise ValueError(f"“{shorten(text)}” isn't a range. Write low..high or low..likely..high, such as 3..5.")
    if meant := _two_readings(parts):
        raise ValueError(f"“{shorten(text)}” is ambiguous. Write {meant}, or both ends in full.")
    values = [number(part) for part in _shared_suffix(parts)]
    if values != sorted(values):
        raise ValueError(f"“{shorten(text)}” starts with the higher number. Write the lower one first.")
    peaked = len(values) == 3 and values[0] != values[2]
    return Amount(values[0], values[1] if len(values) == 3 else (values[0] + values[1]) / 2, values[-1], peaked)


def _shared_suffix(parts: list[str]) -> list[str]:
    """Apply the % of `40..60%` to both ends. k, M and B apply to one end: `1..10k` may well mean 1 to 10,000."""
    return [part if part.endswith("%") or not parts[-1].endswith("%") else part + "%" for part in parts]


def _two_readings(parts: list[str]) -> str | None:
    """Return `1M..3M` for `1..3M`, which may also mean 1 to 3,000,000; None for a clear range (`500..2k`)."""
    small_end, large_end = _SIMPLE.fullmatch(parts[0]), _SIMPLE.fullmatch(parts[-1])
    if not small_end or not large_end or small_end["suffix"] or not large_end["suffix"]:
        return None
    small, large, sign = small_end["digits"], large_end["digits"], large_end["suffix"]
    return f"{small}{sign}..{large}{sign}" if 0 < Decimal(small) < Decimal(large) else None


def parse_currency(text: str) -> str:
    """Parse a currency code such as `EUR`. Only its form is checked: three letters, as in ISO 4217."""
    code = text.strip().upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"“{shorten(text)}” isn't a currency code. Write three letters, such as EUR.")
    return code


def parse_share(text: str) -> Amount:
    """Parse a share from 0 to 1, such as `80%` or `0.8`."""
    amount = parse_amount(text, parse_decimal)
    if amount.high > 1:
        raise ValueError(f"“{shorten(text)}” is more than 100%. Write a share such as 80%.")
    return amount


def parse_pair(text: str) -> TokenPair:
    """Parse `250/150` (input/output tokens) or `400` (their sum)."""
    parts = re.split("[/:]", text)
    if re.fullmatch(r"\d{3},\d{3}", text.strip()):
        pair = text.strip().replace(",", "/")
        raise ValueError(
            f"“{shorten(text)}” is ambiguous. Write {pair} for input and output, or {pair.replace('/', '')}."
        )
    if len(parts) > 2 or not all(part.strip() for part in parts):
        raise ValueError(
            f"“{shorten(text)}” isn't a token count. Write input/output such as 250/150, or the sum such as 400."
        )
    amounts = [parse_amount(part) for part in parts]
    return TokenPair(amounts[0], amounts[1] if len(amounts) == 2 else None)


def parse_frequency(text: str) -> Frequency:
    """Parse `50k/day` or `1.5M/month`; /hour, /week and /year work too."""
    count, slash, period = text.replace(" per ", "/").replace(" a ", "/").partition("/")
    unit = _PERIODS.get(period.strip().lower().removesuffix("s")) or _PERIODS.get(period.strip().lower())
    amount = parse_amount(count)
    if not slash:
        short = shorten(text, 20)
        raise ValueError(f"“{short}” is per what? Write {short}/day or {short}/month.")
    if unit is None:
        raise ValueError(f"“{shorten(period)}” isn't a period. Write /day or /month; /hour, /week and /year work too.")
    return Frequency(amount, unit)


def parse_prompt(text: str) -> PromptChange:
    """Parse `2000->100` (tokens before and after tuning), or one number for a prompt that stays the same."""
    parts = [part.strip() for part in _ARROW.split(text)]
    if len(parts) > 2 or not all(parts):
        raise ValueError(f"“{shorten(text)}” isn't a prompt change. Write tokens before->after, such as 2000->100.")
    tokens_before = parse_amount(parts[0])
    return PromptChange(tokens_before, parse_amount(parts[1]) if len(parts) == 2 else tokens_before)


def parse_rates(text: str) -> TokenRates:
    """Parse prices in US dollars per 1M tokens: training/input/output or training/input/cached input/output."""
    parts = text.split("/")
    if len(parts) not in (3, 4) or not all(part.strip() for part in parts):
        raise ValueError(
            f"“{shorten(text)}” isn't a set of prices. Write training/input/output such as 10/3/6, "
            "or training/input/cached input/output such as 10/3/1.5/6, in USD per 1M tokens."
        )
    amounts = [parse_amount(part, parse_decimal) for part in parts]
    return TokenRates(amounts[0], amounts[1], amounts[2] if len(amounts) == 4 else None, amounts[-1])


def parse_base_rates(text: str) -> TokenRates:
    """Parse prices in US dollars per 1M tokens: input/output or input/cached input/output."""
    parts = text.split("/")
    if len(parts) not in (2, 3) or not all(part.strip() for part in parts):
        raise ValueError(
            f"“{shorten(text)}” isn't a set of prices. Write input/output such as 0.15/0.60, "
            "or input/cached input/output such as 0.15/0.075/0.60, in USD per 1M tokens."
        )
    amounts = [parse_amount(part, parse_decimal) for part in parts]
    return TokenRates(None, amounts[0], amounts[1] if len(amounts) == 3 else None, amounts[-1])


def format_number(value: Decimal, suffix: str = "") -> str:
    """Write a number the short way: 10000 as 10k, 0.8 with suffix % as 80%. Exact, without exponents."""
    if suffix == "%":
        return f"{_plain(value * 100)}%"
    for sign, scale in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if value >= scale and (value / scale * 100) % 1 == 0:
            return f"{_plain(value / scale)}{sign}"
    return f"{_plain(value)}{suffix}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text + "0" if _DOT_BEFORE_THREE.fullmatch(text) else text


def shorten(text: str, length: int = 40) -> str:
    """Return what was typed for an error message: on one line, at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"

"""How each value of a question is read from text, and between which limits. A fault is a ValueError with a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from pydantic import BeforeValidator

from calculator.question import quantities
from calculator.question.quantities import Amount, TokenPair

_JOINER = "\N{ZERO WIDTH JOINER}"

MOST_TOKENS = 10_000_000
MOST_SECONDS = 3_600
LEAST_PARAMS, MOST_PARAMS = 10**7, 10**13


def read(parse: Callable[[str], Any]) -> BeforeValidator:
    """A field is read from text; a value that is parsed already passes."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def whole(low: int, high: int, what: str) -> BeforeValidator:
    def parse(text: str) -> Amount:
        amount = quantities.parse_amount(text)
        if any(end % 1 for end in (amount.low, amount.high)):
            raise ValueError(f"{what} come whole; “{text.strip()[:40]}” is not a whole number.")
        _within(amount, low, high, what)
        return amount._replace(likely=amount.likely.quantize(Decimal(1)))

    return read(parse)


def between(low: int, high: int, what: str, unit: str = "") -> BeforeValidator:
    def number(text: str) -> Decimal:
        bare = text.strip()
        return quantities.parse_number(bare[: -len(unit)] if unit and bare.lower().endswith(unit) else bare)

    def parse(text: str) -> Amount:
        return _within(quantities.parse_amount(text, number), low, high, what)

    return read(parse)


def _within(amount: Amount, low: int, high: int, what: str) -> Amount:
    if amount.low < low or amount.high > high:
        raise ValueError(f"{what} must be between {low:,} and {high:,}.")
    return amount


def growth(text: str) -> Amount:
    """-50% to 100% a month. Written with a sign, so that 5 is not taken for 500%."""
    stripped = text.strip()
    if "%" not in stripped and stripped not in ("0", "0.0"):
        raise ValueError(f"“{stripped[:40]}” lacks its %; write growth a month such as 5%.")
    return quantities.parse_amount(stripped.replace("−", "-"), _signed)


def _signed(text: str) -> Decimal:
    negative = text.strip().startswith("-")
    value = quantities.parse_number(text.strip().removeprefix("-").removeprefix("+"))
    value = -value if negative else value
    if not Decimal("-0.5") <= value <= 1:
        raise ValueError("growth must be between -50% and 100% a month.")
    return value


def epochs(text: str) -> Amount | Literal["auto"]:
    if text.strip().lower() == "auto":
        return "auto"
    try:
        amount = quantities.parse_amount(text)
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is no number of epochs; write 3, 2..4 or auto.") from None
    if amount.low % 1 or amount.high % 1:
        raise ValueError("epochs come whole; write 3, 2..4 or auto.")
    _within(amount, 1, 100, "epochs")
    return amount._replace(likely=amount.likely.quantize(Decimal(1)))


def tokens(text: str) -> TokenPair:
    pair = quantities.parse_pair(text)
    if pair.total("low") < 1:
        raise ValueError("tokens must be at least 1.")
    if pair.total("high") > MOST_TOKENS:
        raise ValueError("tokens must be at most 10M.")
    return pair


def call(text: str) -> TokenPair:
    """Either side may be nothing: with a prompt a call has tokens all the same."""
    pair = quantities.parse_pair(text)
    if pair.total("high") > MOST_TOKENS:
        raise ValueError("tokens must be at most 10M.")
    if pair.output is None:
        raise ValueError(
            f"“{text.strip()[:40]}” lacks the answer, which has a price of its own; write input/output such as 100/70."
        )
    return pair


def offers(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.replace(";", ",").split(",") if name.strip()))
    if not names:
        raise ValueError("name at least one offer, such as openai/gpt-4.1-mini, or write all.")
    if len(names) > 100:
        raise ValueError("name at most 100 offers, or write all.")
    return names


def one_number(low: int, high: int, what: str, fix: str, unit: str = "") -> BeforeValidator:
    """Something chosen, not estimated: one whole number, no range."""

    def parse(text: str) -> int:
        bare = text.strip()
        value = quantities.parse_number(bare[: -len(unit)] if unit and bare.lower().endswith(unit) else bare)
        if value % 1 or not low <= value <= high:
            raise ValueError(f"{what} must be a whole number from {low:,} to {high:,}; {fix}.")
        return int(value)

    return read(parse)


def params(text: str) -> int:
    value = quantities.parse_number(text)
    if not LEAST_PARAMS <= value <= MOST_PARAMS:
        raise ValueError(f"“{text.strip()[:40]}” is no size of a model; write 8B or 500M, between 10M and 10,000B.")
    return int(value)


def latency(text: str) -> Decimal:
    value = quantities.parse_number(text.strip().lower().removesuffix("s"))
    if not 0 < value <= MOST_SECONDS:
        raise ValueError(f"“{text.strip()[:40]}” is no time a call may take; write seconds such as 2s or 0.5s.")
    return value


def choice(choices: tuple[str, ...], what: str) -> BeforeValidator:
    def parse(text: str) -> str:
        chosen = text.strip().lower().replace("_", "-").replace("on demand", "on-demand")
        chosen = chosen.replace("optimized", "optimised")
        if chosen not in choices:
            raise ValueError(
                f"“{text.strip()[:40]}” is no {what}; write {' or '.join((', '.join(choices[:-1]), choices[-1]))}."
            )
        return chosen

    return read(parse)


def gpu(text: str) -> str | None:
    """None: any."""
    name = model_name(text)
    return None if name.lower() in ("any", "all", "*") else name


def model_name(text: str) -> str:
    if len(text.strip()) > 100:
        raise ValueError("a model's name has at most 100 characters.")
    return text.strip()


def name(text: str) -> str | None:
    # Controls out (a joiner inside an emoji stays), and quotation marks made single, so that a line can hold the name.
    visible = "".join(c if c == _JOINER or unicodedata.category(c)[0] != "C" else " " for c in text)
    clean = re.sub('["„“”]', "'", " ".join(visible.split())).strip(f" {_JOINER}")
    if len(clean) > 80:
        raise ValueError("a name has at most 80 characters.")
    return clean or None

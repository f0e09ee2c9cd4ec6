"""Parsers of the question's values. Each raises ValueError with a sentence for the user."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from calculator.question import quantities
from calculator.question.customers import read_customer
from calculator.question.example_lengths import ExampleLengths, parse_lengths
from calculator.question.file_acceptance import FileAcceptance, parse_acceptance
from calculator.question.filters import AtLeast, Needs, SizeRange, parse_at_least, parse_needs, parse_size, task_of
from calculator.question.model_size import ModelSize
from calculator.question.quantities import (
    Amount,
    Frequency,
    GraderTokens,
    NotANumber,
    PromptChange,
    TokenPair,
    TokenRates,
    Validation,
)

_JOINER = "\N{ZERO WIDTH JOINER}"
MOST_OFFERS = 100
LONGEST_MODEL_NAME = 100
LONGEST_NAME = 80


@dataclass(frozen=True, kw_only=True)
class ValueSpec:
    """Bounds of a value, and the words for it in error messages."""

    noun: str
    """Completes “three” isn't a valid …"""
    example: str
    low: int | Decimal = 0
    high: int | Decimal | None = None
    """None: any value."""
    unit: Literal["", "%", "h", "s", "GB"] = ""
    """May follow the number; of hours, seconds and gigabytes it may also be left out."""
    unit_in_name: bool = False
    """The key's name says the unit, so it is not written after the number."""
    whole: bool = False
    decimal_point: bool = False
    """A dot before three digits is a decimal point, as in a price. Of other values it is ambiguous."""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs of a closed choice."""


def amount(text: str, spec: ValueSpec) -> Amount:
    """Parse a number or a range within the bounds; whole if the spec says so."""
    value = _parse(text, spec, lambda part: _number(_without_unit(part, spec.unit), spec))
    if spec.whole and (value.low % 1 or value.high % 1):
        raise ValueError(_invalid(text, spec))
    _check_bounds(value.low, value.high, spec)
    return value._replace(likely=value.likely.to_integral_value(ROUND_HALF_UP)) if spec.whole else value


def single(text: str, spec: ValueSpec) -> int:
    """Parse one whole number. It is a choice, not an estimate, so a range is refused."""
    try:
        value = quantities.parse_number(text)
    except NotANumber:
        raise ValueError(_invalid(text, spec)) from None
    if value % 1:
        raise ValueError(_invalid(text, spec))
    _check_bounds(value, value, spec)
    return int(value)


def share(text: str, _: ValueSpec) -> Amount:
    """Parse a share of a whole: `80%` or `0.8`."""
    return quantities.parse_share(text)


def cached(text: str, spec: ValueSpec) -> Amount | Literal["auto"]:
    """Parse a share of the prompt, or `auto` for the caching that the seller does by itself."""
    return "auto" if text.strip().lower() == "auto" else share(text, spec)


def growth(text: str, spec: ValueSpec) -> Amount:
    """Parse a change in percent, such as `-5%`. The % is required, so that 5 isn't read as 500%."""
    stripped = text.strip()
    if "%" not in stripped and stripped not in ("0", "0.0"):
        raise ValueError(f"“{stripped[:40]}” needs a % sign. Write a {spec.noun} such as {spec.example}.")
    value = _parse(stripped.replace("−", "-"), spec, _signed)
    _check_bounds(value.low, value.high, spec)
    return value


def epochs(text: str, spec: ValueSpec) -> Amount | Literal["auto"]:
    """Parse a whole number of passes over the examples, or `auto`."""
    if text.strip().lower() == "auto":
        return "auto"
    try:
        return amount(text, spec)
    except ValueError as error:
        raise ValueError(str(error).removesuffix(".") + ", or auto.") from None


def tokens(text: str, spec: ValueSpec) -> TokenPair:
    """Parse the tokens of one example: input/output, or their sum."""
    pair = quantities.parse_pair(text)
    if pair.total("low") < spec.low:
        raise ValueError(f"The {spec.noun} must be at least {spec.low}.")
    _check_most_tokens(pair, spec)
    return pair


def call(text: str, spec: ValueSpec) -> TokenPair:
    """Parse the tokens of one call: input/output. Either may be zero, because a prompt adds its own tokens."""
    pair = quantities.parse_pair(text)
    _check_most_tokens(pair, spec)
    if pair.output is None:
        raise ValueError(
            f"“{text.strip()[:40]}” has no output tokens, which have a price of their own. "
            f"Write input/output such as {spec.example}."
        )
    return pair


def frequency(text: str, _: ValueSpec) -> Frequency:
    """Parse a number of calls in a period, such as `50k/day`."""
    return quantities.parse_frequency(text)


def prompt(text: str, _: ValueSpec) -> PromptChange:
    """Parse the prompt tokens before and after tuning, such as `2000->100`."""
    return quantities.parse_prompt(text)


def thinking(text: str, spec: ValueSpec) -> PromptChange:
    """Parse the thinking tokens of a call before and after tuning, such as `500->0`; one number for both."""
    try:
        change = quantities.parse_prompt(text)
    except ValueError:
        raise ValueError(
            f"“{quantities.shorten(text)}” isn't a valid {spec.noun}. Write tokens such as 500, or before->after "
            f"such as {spec.example}."
        ) from None
    for value in change:
        _check_bounds(value.low, value.high, spec)
    return change


def validation(text: str, spec: ValueSpec) -> Validation:
    """Parse the validation tokens of a run, such as `2M`, or their share of the examples' tokens, such as `10%`."""
    if "%" in text:
        return Validation(quantities.parse_share(text), is_share=True)
    return Validation(amount(text, replace(spec, whole=True)), is_share=False)


def grader(text: str, spec: ValueSpec) -> GraderTokens:
    """Parse a grader's model and its tokens of a run, input/output, such as `gpt-4.1-mini:2M/500k`."""
    name, _, tokens = text.strip().rpartition(":")
    try:
        pair = quantities.parse_pair(tokens)
    except ValueError:
        pair = None
    if not name.strip() or pair is None or pair.output is None or len(name) > LONGEST_MODEL_NAME:
        raise ValueError(
            f"“{quantities.shorten(text)}” isn't a valid {spec.noun}. Write a model and its input/output tokens of a "
            f"run, such as {spec.example}."
        )
    for value in (pair.input, pair.output):
        _check_bounds(value.low, value.high, spec)
    return GraderTokens(name.strip(), pair.input, pair.output)


def on_off(text: str, spec: ValueSpec) -> str:
    """Parse `on` or `off`, also written as yes or no."""
    word = text.strip().lower()
    return choice({"yes": "on", "true": "on", "no": "off", "false": "off"}.get(word, word), spec)


def rates(text: str, _: ValueSpec) -> TokenRates:
    """Parse the customer's own prices, such as `10/3/6`."""
    return quantities.parse_rates(text)


def base_rates(text: str, _: ValueSpec) -> TokenRates:
    """Parse the prices of the base model, such as `0.15/0.60`."""
    return quantities.parse_base_rates(text)


def currency(text: str, _: ValueSpec) -> str:
    """Parse a currency code, such as `EUR`."""
    return quantities.parse_currency(text)


def customer(text: str, _: ValueSpec) -> str:
    """Parse a customer status, such as `new` or `azure,openai`."""
    return read_customer(text)


def lengths(text: str, _: ValueSpec) -> ExampleLengths:
    """Parse the lengths of a counted file's examples."""
    return parse_lengths(text)


def acceptance(text: str, _: ValueSpec) -> FileAcceptance:
    """Parse the platforms that don't take a counted file as it is."""
    return parse_acceptance(text)


def offers(text: str, _: ValueSpec) -> tuple[str, ...]:
    """Parse names separated by commas or semicolons; repeated names count once."""
    names = tuple(dict.fromkeys(name.strip() for name in text.replace(";", ",").split(",") if name.strip()))
    if not names:
        raise ValueError("Name at least one offer, such as openai/gpt-4.1-mini, or write all.")
    if len(names) > MOST_OFFERS:
        raise ValueError(f"Name at most {MOST_OFFERS} offers, or write all.")
    return names


def params(text: str, spec: ValueSpec) -> ModelSize:
    """Parse the parameters of a model, such as `8B`, or `80B-A3B` for a mixture of experts."""
    whole, mark, active = text.strip().lower().partition("-a")
    sizes = [quantities.parse_number(part) for part in (whole, active)[: 2 if mark else 1]]
    if spec.high is None or not all(spec.low <= size <= spec.high for size in sizes) or sizes[-1] > sizes[0]:
        ends = " and ".join(quantities.format_number(Decimal(end)) for end in (spec.low, spec.high or 0))
        raise ValueError(
            f"“{text.strip()[:40]}” isn't a valid {spec.noun}. Write a size between {ends}, such as 8B, "
            "or 80B-A3B for a mixture of experts."
        )
    return ModelSize(int(sizes[0]), int(sizes[1]) if mark and sizes[1] < sizes[0] else None)


def latency(text: str, spec: ValueSpec) -> Decimal:
    """Parse seconds, more than zero."""
    value = quantities.parse_decimal(_without_unit(text, spec.unit))
    if spec.high is None or not spec.low < value <= spec.high:
        raise ValueError(f"“{text.strip()[:40]}” isn't a valid {spec.noun}. Write seconds such as 2s or 0.5s.")
    return value


def choice(text: str, spec: ValueSpec) -> str:
    """Parse one of the spec's choices."""
    chosen = text.strip().lower().replace("_", "-").replace("on demand", "on-demand")
    chosen = chosen.replace("optimized", "optimised").replace("optimizer", "optimiser")
    values = [value for value, _ in spec.choices]
    if chosen not in values:
        alternatives = " or ".join((", ".join(values[:-1]), values[-1]))
        raise ValueError(f"“{text.strip()[:40]}” isn't a valid {spec.noun}. Write {alternatives}.")
    return chosen


def gpu(text: str, spec: ValueSpec) -> str | None:
    """Parse a GPU's name; None for any."""
    bare = model_name(text, spec)
    return None if bare.lower() in ("any", "all", "*") else bare


def model_name(text: str, spec: ValueSpec) -> str:
    """Parse a model's name. Whether the model exists is checked later."""
    if len(text.strip()) > LONGEST_MODEL_NAME:
        raise ValueError(f"A {spec.noun} can have at most {LONGEST_MODEL_NAME} characters.")
    return text.strip()


def at_least(text: str, _: ValueSpec) -> AtLeast:
    """Parse the lowest class, such as `>=C`."""
    return parse_at_least(text)


def size(text: str, _: ValueSpec) -> SizeRange:
    """Parse a range of model sizes, such as `7B..15B`."""
    return parse_size(text)


def needs(text: str, _: ValueSpec) -> Needs:
    """Parse what a model has to support, such as `tools,context>=32k`."""
    return parse_needs(text)


def task(text: str, spec: ValueSpec) -> str:
    """Parse a task, also by another word for it."""
    return choice(task_of(text), spec)


def name(text: str, _: ValueSpec) -> str | None:
    """Parse the name of an estimate, without control characters; None if it is blank."""
    # Controls out (a joiner inside an emoji stays), and quotation marks made single, so that a line can hold the name.
    visible = "".join(c if c == _JOINER or unicodedata.category(c)[0] != "C" else " " for c in text)
    clean = re.sub('["„“”]', "'", " ".join(visible.split())).strip(f" {_JOINER}")
    if len(clean) > LONGEST_NAME:
        raise ValueError(f"A name can have at most {LONGEST_NAME} characters.")
    return clean or None


def _number(text: str, spec: ValueSpec) -> Decimal:
    return quantities.parse_decimal(text) if spec.decimal_point else quantities.parse_number(text)


def _parse(text: str, spec: ValueSpec, number: Callable[[str], Decimal]) -> Amount:
    try:
        return quantities.parse_amount(text, number)
    except NotANumber:
        raise ValueError(_invalid(text, spec)) from None


def _invalid(text: str, spec: ValueSpec) -> str:
    kind = "a whole number" if spec.whole else "a number"
    return f"“{quantities.shorten(text)}” isn't a valid {spec.noun}. Write {kind} such as {spec.example}."


def _check_bounds(low: Decimal, high: Decimal, spec: ValueSpec) -> None:
    if low < spec.low or (spec.high is not None and high > spec.high):
        ends = [f"{end * 100:.0f}%" if spec.unit == "%" else f"{end:,}" for end in (spec.low, spec.high or 0)]
        raise ValueError(f"The {spec.noun} must be between {ends[0]} and {ends[1]}.")


def _check_most_tokens(pair: TokenPair, spec: ValueSpec) -> None:
    if spec.high is not None and pair.total("high") > spec.high:
        raise ValueError(f"The {spec.noun} must be at most {quantities.format_number(Decimal(spec.high))}.")


def _without_unit(text: str, unit: str) -> str:
    bare = text.strip()
    return bare[: -len(unit)] if unit and bare.lower().endswith(unit.lower()) else bare


def _signed(text: str) -> Decimal:
    value = quantities.parse_decimal(text.strip().removeprefix("-").removeprefix("+"))
    return -value if text.strip().startswith("-") else value

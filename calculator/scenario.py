"""The question: what somebody wants priced. A field's name is its slash key, its block_id, its error key and its YAML
key.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from calculator import quantities
from calculator.errors import FieldErrors
from calculator.lengths import Lengths, parse_lengths
from calculator.quantities import Amount, Frequency, PromptChange, Rates, TokenPair
from pricing import Customer, Method, StackClass

# Half of a pair that stands for one character: JSON and terminals let one through, and nothing can write it.
_HALF = re.compile("[\ud800-\udfff]")
_JOINER = "\N{ZERO WIDTH JOINER}"

MOST_TOKENS = 10_000_000
MOST_MONTHS = 60
OWN_GPUS = "gpu"
"""What on= calls every GPU-hour offer."""
YOUR_GPUS = "your-gpus"
"""The offer that gpu_rate= makes."""
NEEDS_MODEL = "say what is tuned there, model=llama-3.1-8b, or its size, params=8B."
WHOLE_KEYS = frozenset({"examples", "epochs", "runs", "months", "retrain"})
"""Numbers that come whole."""

Serving = Literal["on-demand", "dedicated"]


def _read(parse: Callable[[str], Any]) -> BeforeValidator:
    """A field is read from text; a value that is parsed already passes."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _whole(low: int, high: int, what: str) -> BeforeValidator:
    def parse(text: str) -> Amount:
        amount = quantities.parse_amount(text)
        if any(end % 1 for end in (amount.low, amount.high)):
            raise ValueError(f"{what} come whole; “{text.strip()[:40]}” is not a whole number.")
        _within(amount, low, high, what)
        return amount._replace(likely=amount.likely.quantize(Decimal(1)))

    return _read(parse)


def _between(low: int, high: int, what: str, unit: str = "") -> BeforeValidator:
    def number(text: str) -> Decimal:
        bare = text.strip()
        return quantities.parse_number(bare[: -len(unit)] if unit and bare.lower().endswith(unit) else bare)

    def parse(text: str) -> Amount:
        return _within(quantities.parse_amount(text, number), low, high, what)

    return _read(parse)


def _within(amount: Amount, low: int, high: int, what: str) -> Amount:
    if amount.low < low or amount.high > high:
        raise ValueError(f"{what} must be between {low:,} and {high:,}.")
    return amount


def _growth(text: str) -> Amount:
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


def _epochs(text: str) -> Amount | Literal["auto"]:
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


def _tokens(text: str) -> TokenPair:
    pair = quantities.parse_pair(text)
    if pair.total("low") < 1:
        raise ValueError("tokens must be at least 1.")
    if pair.total("high") > MOST_TOKENS:
        raise ValueError("tokens must be at most 10M.")
    return pair


def _call(text: str) -> TokenPair:
    """Either side may be nothing: with a prompt a call has tokens all the same."""
    pair = quantities.parse_pair(text)
    if pair.total("high") > MOST_TOKENS:
        raise ValueError("tokens must be at most 10M.")
    if pair.output is None:
        raise ValueError(
            f"“{text.strip()[:40]}” lacks the answer, which has a price of its own; write input/output such as 100/70."
        )
    return pair


def _offers(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.replace(";", ",").split(",") if name.strip()))
    if not names:
        raise ValueError("name at least one offer, such as openai/gpt-4.1-mini, or write all.")
    if len(names) > 100:
        raise ValueError("name at most 100 offers, or write all.")
    return names


def _one_number(low: int, high: int, what: str, fix: str, unit: str = "") -> BeforeValidator:
    """Something chosen, not estimated: one whole number, no range."""

    def parse(text: str) -> int:
        bare = text.strip()
        value = quantities.parse_number(bare[: -len(unit)] if unit and bare.lower().endswith(unit) else bare)
        if value % 1 or not low <= value <= high:
            raise ValueError(f"{what} must be a whole number from {low:,} to {high:,}; {fix}.")
        return int(value)

    return _read(parse)


def _choice(choices: tuple[str, ...], what: str) -> BeforeValidator:
    def parse(text: str) -> str:
        chosen = text.strip().lower().replace("_", "-").replace("on demand", "on-demand")
        chosen = chosen.replace("optimized", "optimised")
        if chosen not in choices:
            raise ValueError(
                f"“{text.strip()[:40]}” is no {what}; write {' or '.join((', '.join(choices[:-1]), choices[-1]))}."
            )
        return chosen

    return _read(parse)


def _gpu(text: str) -> str | None:
    """None: any."""
    name = _base(text)
    return None if name.lower() in ("any", "all", "*") else name


def _base(text: str) -> str:
    if len(text.strip()) > 100:
        raise ValueError("a model's name has at most 100 characters.")
    return text.strip()


def _name(text: str) -> str | None:
    # Controls out (a joiner inside an emoji stays), and quotation marks made single, so that a line can hold the name.
    visible = "".join(c if c == _JOINER or unicodedata.category(c)[0] != "C" else " " for c in text)
    clean = re.sub('["„“”]', "'", " ".join(visible.split())).strip(_JOINER)
    if len(clean) > 80:
        raise ValueError("a name has at most 80 characters.")
    return clean or None


class Scenario(BaseModel):
    """What is to be priced. Built from text by `read_scenario`; numbers may be ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    on: Annotated[tuple[str, ...], _read(_offers)] = ("all",)
    examples: Annotated[Amount, _whole(1, 1_000_000_000, "examples")]
    example: Annotated[TokenPair, _read(_tokens)]
    lengths: Annotated[Lengths | None, _read(parse_lengths)] = None
    """Of the examples of a counted file, whose average `example` is."""
    epochs: Annotated[Amount | Literal["auto"], _read(_epochs)] = "auto"
    runs: Annotated[Amount, _whole(1, 1_000, "runs")] = quantities.parse_amount("1")
    calls: Annotated[Frequency | None, _read(quantities.parse_frequency)] = None
    call: Annotated[TokenPair | None, _read(_call)] = None
    prompt: Annotated[PromptChange | None, _read(quantities.parse_prompt)] = None
    base: Annotated[str | None, _read(_base)] = None
    cached: Annotated[Amount, _read(quantities.parse_share)] = quantities.parse_amount("0")
    batch: Annotated[Amount, _read(quantities.parse_share)] = quantities.parse_amount("0")
    days: Annotated[Amount, _between(1, 31, "days a month")] = quantities.parse_amount("30")
    months: Annotated[Amount, _whole(1, MOST_MONTHS, "months")] = quantities.parse_amount("12")
    growth: Annotated[Amount, _read(_growth)] = quantities.parse_amount("0")
    retrain: Annotated[Amount | None, _whole(1, MOST_MONTHS, "months between retrainings")] = None
    prep: Annotated[Amount, _between(0, 1_000_000_000, "preparation in USD")] = quantities.parse_amount("0")
    data_gb: Annotated[Amount, _between(0, 1_000_000, "gigabytes", "gb")] = quantities.parse_amount("0")
    rates: Annotated[Rates | None, _read(quantities.parse_rates)] = None
    base_rates: Annotated[Rates | None, _read(quantities.parse_base_rates)] = None
    serving: Annotated[Serving, _choice(get_args(Serving), "way of serving")] = "on-demand"
    hosted: Annotated[Amount, _between(0, 24, "hours a day", "h")] = quantities.parse_amount("24")
    customer: Annotated[Customer, _choice(get_args(Customer), "kind of customer")] = "new"
    method: Annotated[Method | None, _choice(get_args(Method), "method")] = None
    hours: Annotated[Amount | None, _between(0, 100_000, "training hours", "h")] = None
    model: Annotated[str | None, _read(_base)] = None
    params: Annotated[int | None, _read(quantities.parse_size)] = None
    gpu: Annotated[str | None, _read(_gpu)] = None
    gpus: Annotated[int | None, _one_number(1, 1_024, "GPUs", "write gpus=8, or leave it out")] = None
    gpu_rate: Annotated[Amount | None, _between(0, 1_000, "the price of a GPU-hour in USD")] = None
    seq: Annotated[int | None, _one_number(16, MOST_TOKENS, "tokens of a sequence", "write seq=2048")] = None
    stack: Annotated[StackClass, _choice(get_args(StackClass), "stack of software")] = "optimised"
    rank: Annotated[int, _one_number(1, 1_024, "the rank", "write rank=16")] = 16
    idle: Annotated[Amount, _between(0, 10_000, "idle hours of a run", "h")] = quantities.parse_amount("0")
    queue: Annotated[Amount, _between(0, 10_000, "hours in the queue", "h")] = quantities.parse_amount("0")
    latency: Annotated[Decimal | None, _read(quantities.parse_seconds)] = None
    adapters: Annotated[int, _one_number(1, 1_000, "tuned models on one base", "write adapters=20")] = 1
    currency: Annotated[str, _read(quantities.parse_currency)] = "USD"
    """Shown beside US dollars, which everything is counted in."""
    name: Annotated[str | None, _read(_name)] = None

    @model_validator(mode="after")
    def _together(self) -> Scenario:
        if self.model and self.params:
            raise PydanticCustomError("params", "give either model= or params=, not both.")
        if self.calls and not (self.call or self.prompt):
            raise PydanticCustomError("call", "say how long a call is, in tokens input/output, such as call=100/70.")
        if self.call and not (self.calls or self.base or self.base_rates):
            raise PydanticCustomError("calls", "say how many calls there are, such as calls=50k/day.")
        if self.call and not self.prompt and self.call.total("high") == 0:
            raise PydanticCustomError("call", "a call of no tokens costs nothing; write input/output such as 100/70.")
        return self

    @property
    def names_a_model(self) -> bool:
        """Whether GPUs of one's own can be priced: they need to know what is tuned on them."""
        return self.model is not None or self.params is not None

    @property
    def about_own_gpus(self) -> str | None:
        """The first key given that means nothing without them."""
        keys = ("gpu", "gpus", "gpu_rate", "seq", "stack", "rank", "idle", "queue", "latency", "adapters")
        return next((key for key in keys if getattr(self, key) != _DEFAULTS[key]), None)

    def fields(self) -> dict[str, str]:
        """The scenario as text by key, what is on its default left out: `read_scenario(s.fields()) == s`."""
        return {
            key: _text(key, getattr(self, key))
            for key in type(self).model_fields
            if getattr(self, key) != _DEFAULTS.get(key)
        }

    @property
    def ranged(self) -> tuple[str, ...]:
        """The keys whose value is a range."""
        return tuple(key for key in type(self).model_fields if _has_range(getattr(self, key)))


KEYS = tuple(Scenario.model_fields)
MAX_TEXT = 2_000
_DEFAULTS = {key: info.default for key, info in Scenario.model_fields.items() if not info.is_required()}
_REQUIRED = {
    "examples": "Say how many training examples there are, such as examples=10k.",
    "example": "Say how many tokens an example has, such as example=250/150.",
}


def read_scenario(fields: Mapping[str, str]) -> Scenario:
    """Text by key -> Scenario; blank means not given. Raises FieldErrors with every fault at its key."""
    if too_long := [key for key, text in fields.items() if len(text) > MAX_TEXT]:
        raise FieldErrors(dict.fromkeys(too_long, f"This is longer than {MAX_TEXT:,} characters."))
    if broken := [key for key, text in fields.items() if _HALF.search(text)]:
        raise FieldErrors(dict.fromkeys(broken, "This holds half a character; type it again."))
    try:
        scenario = Scenario.model_validate({key: text for key, text in fields.items() if text.strip()})
    except ValidationError as error:
        raise FieldErrors(
            {_key(fault): _sentence(fault) for fault in reversed(error.errors(include_url=False))}
        ) from None
    if scenario.lengths and scenario.lengths.mean != scenario.example.total("likely"):
        # The tokens of an example were changed since the file was counted: its lengths say nothing of these.
        return scenario.model_copy(update={"lengths": None})
    return scenario


_HOURS = frozenset({"hosted", "idle", "queue"})


def _key(fault: Any) -> str:
    return str(fault["loc"][0]) if fault["loc"] else str(fault["type"])


def _sentence(fault: Any) -> str:
    if fault["type"] == "missing":
        return _REQUIRED[str(fault["loc"][0])]
    if fault["type"] == "extra_forbidden":
        return unknown_key(_key(fault))
    text = str(fault["msg"]).removeprefix("Value error, ")
    return text[0].upper() + text[1:]


def default_text(key: str) -> str | None:
    """What a key that is not given means, as text; None where it means nothing."""
    value = _DEFAULTS.get(key)
    return None if value is None else _text(key, value)


def unknown_key(key: str) -> str:
    """What to say about a key that is none."""
    if key.strip().lower() == "dataset":
        return "A file is read by the ftcost command alone. Here, drop it into the form or into the thread."
    near = nearest_key(key)
    return f"There is no key “{key[:40]}”." + (
        f" Did you mean {near}?" if near else f" The keys are {', '.join(KEYS)}."
    )


def nearest_key(key: str) -> str | None:
    """The key that was probably meant."""
    return next(iter(difflib.get_close_matches(key.lower()[:40], KEYS, n=1, cutoff=0.6)), None)


def _text(key: str, value: Any) -> str:
    if key in ("cached", "batch", "growth"):
        return str(value.text("%"))
    if key in _HOURS:
        return str(value.text("h"))
    if key == "latency":
        return quantities.format_number(value, "s")
    if key == "params":
        return quantities.format_number(Decimal(value))
    return ",".join(value) if key == "on" else str(value)


def _has_range(value: Any) -> bool:
    if isinstance(value, Amount):
        return value.is_range
    return isinstance(value, tuple) and any(_has_range(part) for part in value)

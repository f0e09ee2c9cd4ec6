"""The question: what somebody wants priced. A field's name is its slash key, its block_id, its error key and its YAML
key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from calculator.errors import FieldErrors
from calculator.question import parsers, quantities
from calculator.question.customers import read_customer
from calculator.question.example_lengths import ExampleLengths, parse_lengths
from calculator.question.quantities import Amount, Frequency, PromptChange, TokenPair, TokenRates
from pricing import Method, StackClass

# Half of a pair that stands for one character: JSON and terminals let one through, and nothing can write it.
_HALF = re.compile("[\ud800-\udfff]")

MOST_MONTHS = 60
OWN_GPUS = "gpu"
"""What on= calls every GPU-hour offer."""
YOUR_GPUS = "your-gpus"
"""The offer that gpu_rate= makes."""
NEEDS_MODEL = "say what is tuned there, model=llama-3.1-8b, or its size, params=8B."
WHOLE_KEYS = frozenset({"examples", "epochs", "runs", "months", "retrain"})
"""Numbers that come whole."""

Serving = Literal["on-demand", "dedicated"]


class Scenario(BaseModel):
    """What is to be priced. Built from text by `read_scenario`; numbers may be ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    on: Annotated[tuple[str, ...], parsers.read(parsers.offers)] = ("all",)
    examples: Annotated[Amount, parsers.whole(1, 1_000_000_000, "examples")]
    example: Annotated[TokenPair, parsers.read(parsers.tokens)]
    lengths: Annotated[ExampleLengths | None, parsers.read(parse_lengths)] = None
    """Of the examples of a counted file, whose average `example` is."""
    epochs: Annotated[Amount | Literal["auto"], parsers.read(parsers.epochs)] = "auto"
    runs: Annotated[Amount, parsers.whole(1, 1_000, "runs")] = quantities.parse_amount("1")
    calls: Annotated[Frequency | None, parsers.read(quantities.parse_frequency)] = None
    call: Annotated[TokenPair | None, parsers.read(parsers.call)] = None
    prompt: Annotated[PromptChange | None, parsers.read(quantities.parse_prompt)] = None
    base: Annotated[str | None, parsers.read(parsers.model_name)] = None
    cached: Annotated[Amount, parsers.read(quantities.parse_share)] = quantities.parse_amount("0")
    batch: Annotated[Amount, parsers.read(quantities.parse_share)] = quantities.parse_amount("0")
    days: Annotated[Amount, parsers.between(1, 31, "days a month")] = quantities.parse_amount("30")
    months: Annotated[Amount, parsers.whole(1, MOST_MONTHS, "months")] = quantities.parse_amount("12")
    growth: Annotated[Amount, parsers.read(parsers.growth)] = quantities.parse_amount("0")
    retrain: Annotated[Amount | None, parsers.whole(1, MOST_MONTHS, "months between retrainings")] = None
    prep: Annotated[Amount, parsers.between(0, 1_000_000_000, "preparation in USD")] = quantities.parse_amount("0")
    data_gb: Annotated[Amount, parsers.between(0, 1_000_000, "gigabytes", "gb")] = quantities.parse_amount("0")
    rates: Annotated[TokenRates | None, parsers.read(quantities.parse_rates)] = None
    base_rates: Annotated[TokenRates | None, parsers.read(quantities.parse_base_rates)] = None
    serving: Annotated[Serving, parsers.choice(get_args(Serving), "way of serving")] = "on-demand"
    hosted: Annotated[Amount, parsers.between(0, 24, "hours a day", "h")] = quantities.parse_amount("24")
    customer: Annotated[str, parsers.read(read_customer)] = "new"
    method: Annotated[Method | None, parsers.choice(get_args(Method), "method")] = None
    hours: Annotated[Amount | None, parsers.between(0, 100_000, "training hours", "h")] = None
    model: Annotated[str | None, parsers.read(parsers.model_name)] = None
    params: Annotated[int | None, parsers.read(parsers.params)] = None
    gpu: Annotated[str | None, parsers.read(parsers.gpu)] = None
    gpus: Annotated[int | None, parsers.one_number(1, 1_024, "GPUs", "write gpus=8, or leave it out")] = None
    gpu_rate: Annotated[Amount | None, parsers.between(0, 1_000, "the price of a GPU-hour in USD")] = None
    seq: Annotated[
        int | None, parsers.one_number(16, parsers.MOST_TOKENS, "tokens of a sequence", "write seq=2048")
    ] = None
    stack: Annotated[StackClass, parsers.choice(get_args(StackClass), "stack of software")] = "optimised"
    rank: Annotated[int, parsers.one_number(1, 1_024, "the rank", "write rank=16")] = 16
    idle: Annotated[Amount, parsers.between(0, 10_000, "idle hours of a run", "h")] = quantities.parse_amount("0")
    queue: Annotated[Amount, parsers.between(0, 10_000, "hours in the queue", "h")] = quantities.parse_amount("0")
    latency: Annotated[Decimal | None, parsers.read(parsers.latency)] = None
    adapters: Annotated[int, parsers.one_number(1, 1_000, "tuned models on one base", "write adapters=20")] = 1
    currency: Annotated[str, parsers.read(quantities.parse_currency)] = "USD"
    """Shown beside US dollars, which everything is counted in."""
    name: Annotated[str | None, parsers.read(parsers.name)] = None

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

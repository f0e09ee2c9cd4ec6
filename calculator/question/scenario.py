"""The scenario: the question with typed values. Names of fields are the keys in `calculator.question.keys`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from msgspec import NODEFAULT, Struct, structs

from calculator.errors import FieldErrors
from calculator.question.example_lengths import ExampleLengths
from calculator.question.file_acceptance import FileAcceptance
from calculator.question.filters import AtLeast, Licences, Needs, SizeRange
from calculator.question.keys import FIELDS, KEYS, in_section, unknown_key
from calculator.question.model_size import ModelSize
from calculator.question.quantities import (
    DAYS_A_MONTH,
    Amount,
    Frequency,
    GraderTokens,
    PromptChange,
    TokenPair,
    TokenRates,
    Validation,
    parse_amount,
)
from pricing import AttentionKernel, Loss, Method, StackClass, Task

# A lone surrogate: JSON and terminals let it through, and it cannot be encoded.
_HALF = re.compile("[\ud800-\udfff]")

RENTED_GPUS = "gpu"
"""The name in on= for every GPU-hour offer."""
YOUR_GPUS = "your-gpus"
"""The offer that gpu_rate= adds."""
NEEDS_MODEL = f"Name the model to tune, model={KEYS['model'].example}, or its size, params={KEYS['params'].example}."

Serving = Literal["on-demand", "dedicated"]
Share = Literal["channel", "me"]


class Scenario(Struct, frozen=True, kw_only=True):
    """The question to price. Built from text by `read_scenario`; numbers may be ranges."""

    on: tuple[str, ...] = ("all",)
    examples: Amount
    example: TokenPair
    lengths: ExampleLengths | None = None
    """Lengths of a counted file's examples, whose average is `example`."""
    acceptance: FileAcceptance | None = None
    """The platforms that don't take a counted file as it is."""
    epochs: Amount | Literal["auto"] = "auto"
    runs: Amount = parse_amount("1")
    validation: Validation | None = None
    calls: Frequency | None = None
    call: TokenPair | None = None
    prompt: PromptChange | None = None
    thinking: PromptChange | None = None
    base: str | None = None
    cached: Amount | Literal["auto"] = "auto"
    batch: Amount = parse_amount("0")
    days: Amount = Amount.exactly(DAYS_A_MONTH)
    months: Amount = parse_amount("12")
    growth: Amount = parse_amount("0")
    retrain: Amount | None = None
    prep: Amount = parse_amount("0")
    data_gb: Amount = parse_amount("0")
    rates: TokenRates | None = None
    base_rates: TokenRates | None = None
    serving: Serving = "on-demand"
    hosted: Amount = parse_amount("24")
    customer: str = "new"
    method: Method | None = None
    hours: Amount | None = None
    grader: GraderTokens | None = None
    model: str | None = None
    params: ModelSize | None = None
    gpu: str | None = None
    gpus: int | None = None
    gpu_rate: Amount | None = None
    seq: int | None = None
    stack: StackClass = "optimised"
    rank: int = 16
    idle: Amount = parse_amount("0")
    queue: Amount = parse_amount("0")
    latency: Decimal | None = None
    """Seconds."""
    adapters: int = 1
    peak: Amount | None = None
    replicas: int = 1
    like: str | None = None
    """A model, or `base`: options below its class are listed apart."""
    class_: AtLeast | None = None
    size: SizeRange | None = None
    licence: Licences | None = None
    needs: Needs | None = None
    task: Task | None = None
    """Chooses the published results that are shown; it changes no price."""
    share: Share = "channel"
    """Where Slack posts the answer; it changes no price."""
    framework: str | None = None
    micro_batch: int | None = None
    checkpointing: Literal["none", "selective", "full"] | None = None
    offload: Literal["none", "optimiser", "weights", "activations"] | None = None
    optimizer: str | None = None
    loss: Loss | None = None
    quant: Literal["nf4", "nf4-dq", "int8", "int4"] | None = None
    kernel: AttentionKernel | None = None
    prepared: Literal["yes", "no"] | None = None
    packing: Literal["on", "off"] | None = None
    tp: int | None = None
    cp: int | None = None
    ep: int | None = None
    vocabulary: int | None = None
    gpu_memory: int | None = None
    """GB."""
    currency: str = "USD"
    """Shown beside US dollars, in which every amount is calculated."""
    name: str | None = None

    @property
    def names_a_model(self) -> bool:
        """True if the model to tune is known, so that rented GPUs can be priced."""
        return self.model is not None or self.params is not None

    @property
    def rented_gpu_key(self) -> str | None:
        """The first key given that has no meaning without rented GPUs."""
        sections = (*in_section("gpus"), *in_section("setup"))
        apart = ("model", "params", "adapters", *(("seq",) if self.packing == "off" else ()))
        keys = [key.name for key in sections if key.name not in apart]
        return next((key for key in keys if getattr(self, key) != _DEFAULTS[key]), None)

    def fields(self) -> dict[str, str]:
        """Return the scenario as text by key, without defaults: `read_scenario(s.fields()) == s`."""
        return {
            key.name: key.text(getattr(self, field))
            for field, key in FIELDS.items()
            if getattr(self, field) != _DEFAULTS.get(key.name)
        }

    @property
    def ranged(self) -> tuple[str, ...]:
        """The keys whose value is a range."""
        return tuple(key.name for field, key in FIELDS.items() if _has_range(getattr(self, field)))


def _is_fractional(value: TokenPair | PromptChange | None) -> bool:
    """Return whether a person has stated parts of a token; only the averages of a counted file have them."""
    return value is not None and any(
        bool(end % 1) for amount in value if amount is not None for end in (amount.low, amount.high)
    )


MAX_TEXT = 2_000
_DEFAULTS = {
    FIELDS[field.name].name: field.default for field in structs.fields(Scenario) if field.default is not NODEFAULT
}


def read_scenario(fields: Mapping[str, str]) -> Scenario:
    """Parse a question.

    Args:
        fields: Text by key; a blank text counts as missing.

    Raises:
        FieldErrors: Every error, by key.
    """
    if too_long := [key for key, text in fields.items() if len(text) > MAX_TEXT]:
        raise FieldErrors(dict.fromkeys(too_long, f"This is longer than {MAX_TEXT:,} characters."))
    if broken := [key for key, text in fields.items() if _HALF.search(text)]:
        raise FieldErrors(
            dict.fromkeys(broken, "This contains a broken character (half of an emoji, for instance). Type it again.")
        )
    scenario = _parse({key: text for key, text in fields.items() if text.strip()})
    if scenario.lengths and scenario.lengths.mean != scenario.example.total("likely"):
        # The tokens per example were changed after the file was counted, so the question is about another file.
        return structs.replace(scenario, lengths=None, acceptance=None)
    return scenario


def default_text(key: str) -> str | None:
    """Return the default of a key as text, or None if it has none."""
    value = _DEFAULTS.get(key)
    return None if value is None else KEYS[key].text(value)


def _parse(fields: Mapping[str, str]) -> Scenario:
    """Return the scenario of texts by key. Raises FieldErrors with every error, the keys in reverse order."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field, key in FIELDS.items():
        if key.name in fields:
            try:
                values[field] = key.read(fields[key.name])
            except ValueError as error:
                errors[key.name] = str(error)
        elif key.name not in _DEFAULTS:
            errors[key.name] = _give(key.name)
    errors |= {key: unknown_key(key) for key in fields if key not in KEYS}
    if not errors:
        scenario = Scenario(**values)
        conflict = _conflict(scenario)
        if conflict is None:
            return scenario
        errors = dict([conflict])
    raise FieldErrors(dict(reversed(errors.items())))


def _conflict(scenario: Scenario) -> tuple[str, str] | None:
    """Return the key and the sentence for values that don't go together."""
    for key in ("example", "call", "prompt", "thinking"):
        if not (key == "example" and scenario.lengths) and _is_fractional(getattr(scenario, key)):
            noun, example = f"a {KEYS[key].noun}", KEYS[key].example
            return key, f"Tokens are whole numbers. Write {noun} such as {example}."
    if scenario.model and scenario.params:
        return "params", "Give either model= or params=, not both."
    if scenario.calls and not (scenario.call or scenario.prompt):
        return "call", _give("call")
    if scenario.calls and not scenario.hosted.low and scenario.calls.calls.high:
        return "hosted", "Calls are answered only while the model is up. Write hosted=8h or more."
    if scenario.call and not (scenario.calls or scenario.base or scenario.base_rates):
        return "calls", _give("calls")
    if scenario.call and not scenario.prompt and scenario.call.total("high") == 0:
        return "call", f"A call without tokens costs nothing. Write input/output such as {KEYS['call'].example}."
    return None


def _give(key: str) -> str:
    return f"Give the {KEYS[key].noun}, such as {key}={KEYS[key].example}."


def _has_range(value: Any) -> bool:
    if isinstance(value, Amount):
        return value.is_range
    return isinstance(value, tuple) and any(_has_range(part) for part in value)

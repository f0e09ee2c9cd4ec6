"""What is to be tuned on GPUs of one's own, with every name looked up. Raises FieldErrors at the key that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from calculator.errors import FieldErrors
from calculator.gpu import Setup, TuningMethod, find_gpu, find_model, interpolated_shape
from calculator.gpu.names import plain_name
from calculator.question.quantities import format_number
from calculator.question.scenario import NEEDS_MODEL, Scenario
from pricing import Assumption, Framework, Gpu, GpuFacts, ModelShape, StackClass

# The framework whose defaults stand for a class of software.
TYPICAL = {"eager": "huggingface", "optimised": "torchtitan", "fp8": "nemo"}
METHODS: dict[str, TuningMethod] = {"lora": "lora", "qlora": "qlora", "full": "full"}
MILLIARD = 10**9


@dataclass(frozen=True)
class GpuQuestion:
    """One job on GPUs of one's own, before they are chosen."""

    model: ModelShape
    method: TuningMethod
    stack: StackClass
    rank: int
    sequence_length: int
    gpu: Gpu | None
    """None: any."""
    gpus: int | None
    """At least so many together; None: find it."""
    framework: Framework
    mean_length: int
    """Tokens of an example."""
    packed: bool = True

    def setup(self, gpu: Gpu) -> Setup:
        """The job on one GPU; how many, and the batch, are chosen later."""
        usual = "bf16" if gpu.bf16 else "fp16"
        return Setup(
            self.model,
            gpu,
            method=self.method,
            sequence_length=self.sequence_length,
            packed=self.packed,
            mean_length=None if self.packed else min(self.mean_length, self.sequence_length),
            precision="fp8" if self.stack == "fp8" else usual,  # type: ignore[arg-type]
            states=self.framework.states if self.method == "full" else "mixed",  # adapters are kept in 32 bit
            counts_cache=self.framework.counts_cache,
            loss=self.framework.loss,
            keeps_8_bit=self.framework.keeps_8_bit,
            stack=self.stack,
            lora_rank=self.rank,
        )

    def on_stack(self, stack: StackClass, facts: GpuFacts) -> GpuQuestion:
        return replace(self, stack=stack, framework=facts.frameworks[TYPICAL[stack]])

    @property
    def words(self) -> str:
        """`llama-3.1-8b, lora of rank 16`."""
        size = " (shape interpolated from its size)" if self.model.interpolated else ""
        method = "all weights" if self.method == "full" else f"{self.method} of rank {self.rank}"
        return f"{self.model.name}{size}, {method}"


def gpu_question(scenario: Scenario, facts: GpuFacts, assumptions: Mapping[str, Assumption]) -> GpuQuestion:
    """The scenario's part that is about GPUs of one's own; its sequences hold the longest example, those of a counted
    file all but next to nothing of it.
    """
    example = scenario.example
    mean = max(1, int(example.total("likely")))
    longest = int(example.total("high"))
    if scenario.lengths:
        longest = scenario.lengths.holding(Decimal(1) - (assumptions["cut_share"].value or 0))
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, find in (
        ("model", lambda: model_named(scenario.model, scenario.params, facts)),
        ("gpu", lambda: gpu_named(scenario.gpu, facts) if scenario.gpu else None),
        ("method", lambda: method_named(scenario.method)),
    ):
        try:
            found[key] = find()
        except FieldErrors as error:
            errors |= error.errors
    if "model" in found:
        try:
            shortest = int(assumptions["packed_tokens"].value or 1)
            found["seq"] = sequence_length(scenario.seq, longest, found["model"], shortest)
        except FieldErrors as error:
            errors |= error.errors
    if scenario.calls and not scenario.hosted.low:
        errors["hosted"] = "GPUs of your own that are never up answer no calls; write hosted=8h, or leave it out."
    if scenario.gpu_rate and not scenario.gpu and "gpu" not in errors:
        errors["gpu"] = "gpu_rate= is what an hour of one GPU costs; say which GPU that is, such as gpu=h100."
    if errors:
        raise FieldErrors(errors)
    return GpuQuestion(
        model=found["model"],
        method=found["method"],
        stack=scenario.stack,
        rank=scenario.rank,
        sequence_length=found["seq"],
        gpu=found["gpu"],
        gpus=scenario.gpus,
        framework=facts.frameworks[TYPICAL[scenario.stack]],
        mean_length=mean,
    )


def model_named(name: str | None, params: int | None, facts: GpuFacts) -> ModelShape:
    """By its name, or interpolated from its size."""
    if params is not None:
        shape = interpolated_shape(params / MILLIARD, facts.models)
        return shape.model_copy(update={"name": f"a model of {format_number_of(params)}"})
    if name is None:
        raise FieldErrors({"model": NEEDS_MODEL})
    found = find_model(name, facts.models)
    if found is None:
        near = _near(plain_name(name), _names(facts.models))
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise FieldErrors({"model": f"There is no model “{name[:40]}” here.{hint} Or give its size: params=8B."})
    return found


def format_number_of(params: int) -> str:
    """`8B`."""
    return format_number(Decimal(params))


def gpu_named(name: str, facts: GpuFacts) -> Gpu:
    found = find_gpu(name, facts.gpus)
    if found is None:
        near = _near(name.lower(), _names(facts.gpus)) or ("h100", "a100-80", "l40s")
        raise FieldErrors({"gpu": f"There is no GPU “{name[:40]}” here. Did you mean {' or '.join(near)}?"})
    return found


def method_named(method: str | None) -> TuningMethod:
    """LoRA where nothing is said."""
    if method is None or method in METHODS:
        return METHODS[method or "lora"]
    raise FieldErrors(
        {"method": f"{method} on GPUs of your own is not calculated; write lora, qlora or full, or leave out model=."}
    )


def sequence_length(requested: int | None, longest: int, model: ModelShape, shortest: int) -> int:
    """What was asked for; else a power of two that holds the longest example, and at least `shortest`, into which
    several are packed; never beyond the model's context.
    """
    if requested is not None:
        if requested > model.context:
            raise FieldErrors({"seq": f"{model.name} reads at most {model.context:,} tokens; write that or less."})
        return requested
    return min(power_of_two(max(longest, shortest)), model.context)


def power_of_two(least: int) -> int:
    """The first that is at least so much."""
    return 1 << (least - 1).bit_length()


def assumption(name: str, assumptions: Mapping[str, Assumption]) -> int:
    """A whole number that the catalogue assumes."""
    return int(assumptions[name].value or 1)


def _names(catalog: Mapping[str, ModelShape] | Mapping[str, Gpu]) -> list[str]:
    return [name for key, candidate in catalog.items() for name in (key, *candidate.aliases)]


def _near(name: str, catalog: Iterable[str]) -> tuple[str, ...]:
    """The nearest names, those that contain what was typed first."""
    names = list(catalog)
    within = [candidate for candidate in names if len(name) >= 3 and name in candidate]
    close = difflib.get_close_matches(name[:60], names, n=3, cutoff=0.5)
    return tuple(dict.fromkeys([*within[:3], *close]))[:3]

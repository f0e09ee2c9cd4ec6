"""The part of a question that is about rented GPUs, with every name looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from msgspec import structs

from calculator.errors import FieldErrors
from calculator.gpu import (
    ALL_LINEAR,
    Setup,
    Target,
    TrainingJob,
    TuningMethod,
    find_framework,
    interpolated_mixture,
    interpolated_shape,
    shard,
)
from calculator.gpu_rental.choices import SetupChoices, choices_of
from calculator.question.model_size import ModelSize
from calculator.question.scenario import NEEDS_MODEL, Scenario
from pricing import (
    Assumption,
    AttentionKernel,
    Framework,
    Gpu,
    GpuFacts,
    ModelShape,
    NameResolution,
    StackClass,
    UnknownName,
    resolve_gpu,
    resolve_model,
)

# The framework whose defaults represent a class of software.
TYPICAL = {"eager": "huggingface", "optimised": "torchtitan", "fp8": "nemo"}
ALL_TARGETS: tuple[Target, ...] = ("q", "k", "v", "qkv", "o", "gate", "up", "down")
NO_CHOICES = SetupChoices()
METHODS: dict[str, TuningMethod] = {"lora": "lora", "qlora": "qlora", "full": "full"}
METHOD_WORDS: dict[TuningMethod, str] = {"lora": "LoRA", "qlora": "QLoRA", "full": "all weights tuned"}
BILLION = 10**9
NODE = 8
"""GPUs of a usual node."""


@dataclass(frozen=True)
class GpuQuestion:
    """A training job for rented GPUs, before the GPUs are chosen."""

    model: ModelShape
    method: TuningMethod
    stack: StackClass
    rank: int
    sequence_length: int
    gpu: Gpu | None
    """None for any GPU."""
    gpus: int | None
    """The least number of GPUs rented together; None to search for it."""
    framework: Framework
    mean_length: int
    """Tokens of an example."""
    packed: bool = True
    choices: SetupChoices = NO_CHOICES
    gpu_memory: int | None = None
    """GB of a GPU that isn't named; None for any."""
    framework_named: bool = True
    """False where the framework only stands for its class of software, which widens the ranges."""

    def setup(self, gpu: Gpu) -> Setup:
        """Return the job on one GPU; the search chooses the number of GPUs and the batch."""
        framework = self.framework
        usual = "bf16" if gpu.bf16 else "fp16"
        setup = Setup(
            self.model,
            gpu,
            method=self.method,
            sequence_length=self.sequence_length,
            packed=self.packed,
            mean_length=None if self.packed else min(self.mean_length, self.sequence_length),
            precision="fp8" if self.stack == "fp8" else usual,  # type: ignore[arg-type]
            states=framework.states if self.method == "full" else "mixed",  # adapters are kept in 32 bit
            transformer_engine=framework.fuses_8_bit and framework.name != "unknown",
            fused_adapters=framework.fuses_adapters or self.compiled,
            compiled=self.compiled,
            kernel=self.kernel(gpu),
            prepared=framework.prepares,
            quantisation="nf4-dq" if self.method == "qlora" else None,  # as in the QLoRA paper
            loss="in-place" if self.compiled and framework.loss == "plain" else framework.loss,
            keeps_8_bit=framework.keeps_8_bit,
            stack=self.stack,
            stack_known=self.framework_named,
            lora_rank=self.rank,
            lora_targets=self.targets,
        )
        return self.choices.apply(setup)

    def job(self, gpu: Gpu, global_batch: int, dataset_tokens: float) -> TrainingJob:
        """Return the job to search GPUs for.

        Args:
            gpu: The GPU.
            global_batch: Sequences of an optimiser step.
            dataset_tokens: Training tokens of all epochs.
        """
        micro_batch, checkpointing = self.choices.micro_batch, self.choices.checkpointing
        return TrainingJob(
            self.setup(gpu), global_batch, dataset_tokens, micro_batch=micro_batch, checkpointing=checkpointing
        )

    def leanest(self, gpu: Gpu, gpus: int, gpus_per_node: int = NODE) -> Setup:
        """Return the setup with the least memory on a number of GPUs, as far as the question leaves it open."""
        return replace(
            shard(self.setup(gpu), "zero3" if gpus > 1 else "none"),
            gpus=gpus,
            gpus_per_node=gpus_per_node,
            checkpointing=self.choices.checkpointing or "full",
            micro_batch=self.choices.micro_batch or 1,
        )

    def runs_on(self, gpu: Gpu) -> bool:
        """Return False if the software stack needs 8-bit floating point that the GPU doesn't have."""
        return self.stack != "fp8" or gpu.fp8_tflops is not None

    @property
    def compiled(self) -> bool:
        """True where PyTorch's own modules are compiled: in the optimised stack without a named framework."""
        return self.stack == "optimised" and self.framework.name == TYPICAL["optimised"]

    @property
    def targets(self) -> tuple[Target, ...]:
        """The matrices that the framework tunes by default."""
        names = [name for name in self.framework.default_targets.split(",") if name]
        return tuple(target for target in ALL_TARGETS if target in names) or ALL_LINEAR

    def kernel(self, gpu: Gpu) -> AttentionKernel:
        """Return the framework's attention kernel on a GPU. PyTorch picks cuDNN on Blackwell."""
        if self.stack == "eager" and self.model.attention_sinks:
            return "math"
        newest = gpu.generation == "blackwell" and self.stack != "eager"
        return "cudnn" if newest and self.framework.kernel == "flash2" else self.framework.kernel

    @property
    def decided(self) -> str:
        """The keys of the question that decide the setup, and the framework for the rest, in words."""
        choices = ", ".join(self.choices.stated())
        framework = "PyTorch, compiled" if self.compiled else self.framework.name
        return f"{f'you set {choices}; ' if choices else ''}the rest is as in {framework}"

    def on_stack(self, stack: StackClass, facts: GpuFacts) -> GpuQuestion:
        """Return the job with another software stack and its typical framework."""
        return replace(self, stack=stack, framework=facts.frameworks[TYPICAL[stack]])

    @property
    def subject(self) -> str:
        """Model and method, such as `llama-3.1-8b with LoRA`."""
        return f"{self.model.name} with {METHOD_WORDS[self.method]}"

    @property
    def words(self) -> str:
        """Model and method in words, such as `llama-3.1-8b, lora of rank 16`."""
        size = ""
        if self.model.interpolated:
            size = " (shape interpolated from its size)"
        elif not self.model.verified:
            size = " (shape not verified)"
        method = "all weights" if self.method == "full" else f"{self.method} of rank {self.rank}"
        if self.method != "full" and self.targets != ALL_LINEAR:
            method += f" on {', '.join(self.targets)}"
        return f"{self.model.name}{size}, {method}"


def gpu_question(scenario: Scenario, facts: GpuFacts, assumptions: Mapping[str, Assumption]) -> GpuQuestion:
    """Return the part of a scenario that is about rented GPUs.

    Without `seq=`, sequences are long enough for the longest example; for a counted file, long enough that cutting
    loses no more than the share `cut_share` of the tokens.

    Args:
        scenario: The question.
        facts: Known models, GPUs and frameworks.
        assumptions: The catalogue's, by name.

    Raises:
        FieldErrors: Every unknown name, and every value that does not suit rented GPUs.
    """
    example = scenario.example
    mean = max(1, int(example.total("likely")))
    longest = int(example.total("high"))
    if scenario.lengths:
        longest = scenario.lengths.holding(Decimal(1) - (assumptions["cut_share"].value or 0))
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, find in (
        ("model", lambda: _with_vocabulary(model_named(scenario.model, scenario.params, facts), scenario.vocabulary)),
        ("gpu", lambda: _with_memory(gpu_named(scenario.gpu, facts), scenario.gpu_memory) if scenario.gpu else None),
        ("framework", lambda: framework_named(scenario.framework, scenario.stack, facts)),
        ("method", lambda: method_named(scenario.method)),
    ):
        try:
            values[key] = find()
        except FieldErrors as error:
            errors |= error.errors
    if "model" in values:
        try:
            shortest = int(assumptions["packed_tokens"].value or 1)
            values["seq"] = sequence_length(scenario.seq, longest, values["model"], shortest)
        except FieldErrors as error:
            errors |= error.errors
    if scenario.gpu_rate and not scenario.gpu and "gpu" not in errors:
        errors["gpu"] = "gpu_rate= is the price of one GPU-hour. Name the GPU too, such as gpu=h100."
    if errors:
        raise FieldErrors(errors)
    framework = values["framework"]
    stack = framework.stack if scenario.framework and scenario.stack == "optimised" else scenario.stack
    return GpuQuestion(
        model=values["model"],
        method=values["method"],
        stack=stack,
        rank=scenario.rank,
        sequence_length=values["seq"],
        gpu=values["gpu"],
        gpus=scenario.gpus,
        framework=framework,
        mean_length=mean,
        packed=scenario.packing != "off",
        choices=choices_of(scenario),
        gpu_memory=None if scenario.gpu else scenario.gpu_memory,
        framework_named=scenario.framework is not None,
    )


def _with_vocabulary(model: ModelShape, vocabulary: int | None) -> ModelShape:
    return structs.replace(model, vocabulary=vocabulary) if vocabulary else model


def _with_memory(gpu: Gpu, memory_gb: int | None) -> Gpu:
    """Return a version of a GPU with another memory."""
    if memory_gb is None:
        return gpu
    return structs.replace(gpu, memory_gb=memory_gb, title=f"{gpu.title}, {memory_gb} GB")


def framework_named(name: str | None, stack: StackClass, facts: GpuFacts) -> Framework:
    """Return a framework by its name; without one, the typical one of the stack. Raises FieldErrors."""
    if name is None:
        return facts.frameworks[TYPICAL[stack]]
    framework = find_framework(name, facts.frameworks)
    if framework.name == "unknown":
        known = ", ".join(sorted(set(facts.frameworks) - {"unknown"}))
        raise FieldErrors({"framework": f"Unknown framework “{name[:40]}”. Write one of {known}, or stack= instead."})
    return framework


def model_named(name: str | None, params: ModelSize | None, facts: GpuFacts) -> ModelShape:
    """Return a model's shape by its name, or interpolated from its number of parameters. Raises FieldErrors."""
    if params is not None:
        size = params.parameters / BILLION
        if params.active:
            shape = interpolated_mixture(size, params.active / BILLION, facts.models)
        else:
            shape = interpolated_shape(size, facts.models)
        return structs.replace(shape, name=f"a model of {params.text()}")
    if name is None:
        raise FieldErrors({"model": NEEDS_MODEL})
    resolution = resolve_model(name, facts)
    if len(resolution.ids) != 1:
        text = _unknown(resolution)
        raise FieldErrors({"model": f"{text} {'Or give' if '?' in text else 'Give'} its size instead: params=8B."})
    return facts.models[resolution.ids[0]]


def _unknown(resolution: NameResolution) -> str:
    """Return the sentence for a name that means nothing, or several things."""
    reason = f"“{resolution.text[:40]}” can be several {resolution.kind}s." if resolution.ids else resolution.reason
    return str(UnknownName(resolution.kind, resolution.text, resolution.ids or resolution.near, reason))


def gpu_named(name: str, facts: GpuFacts) -> Gpu:
    """Return a GPU by its name. Raises FieldErrors."""
    resolution = resolve_gpu(name, facts)
    if len(resolution.ids) != 1:
        raise FieldErrors({"gpu": _unknown(resolution)})
    return facts.gpus[resolution.ids[0]]


def method_named(method: str | None) -> TuningMethod:
    """Return the tuning method; LoRA if none is given. Raises FieldErrors for a method that is not calculated."""
    if method is None or method in METHODS:
        return METHODS[method or "lora"]
    raise FieldErrors(
        {"method": f"{method} isn't calculated for rented GPUs. Write lora, qlora or full, or leave out model=."}
    )


def sequence_length(requested: int | None, longest: int, model: ModelShape, shortest: int) -> int:
    """Return the length of a training sequence in tokens.

    Args:
        requested: The length that the question asks for, or None.
        longest: Tokens of the longest example. Without a request the length is the next power of two.
        model: The model, whose context bounds the length.
        shortest: Least length without a request; several short examples are packed into it.

    Raises:
        FieldErrors: The requested length exceeds the model's context.
    """
    if requested is not None:
        if requested > model.context:
            raise FieldErrors({"seq": f"{model.name} takes at most {model.context:,} tokens. Write that or less."})
        return requested
    return min(power_of_two(max(longest, shortest)), model.context)


def power_of_two(least: int) -> int:
    """Return the smallest power of two that is at least `least`."""
    return 1 << (least - 1).bit_length()


def assumption(name: str, assumptions: Mapping[str, Assumption]) -> int:
    """Return a whole number that the catalogue assumes."""
    return int(assumptions[name].value or 1)


def no_8_bit(gpu: Gpu) -> str:
    """Return the sentence for a GPU on which the software stack doesn't run."""
    return f"{gpu.title} has no 8-bit floating point, which stack=fp8 needs."

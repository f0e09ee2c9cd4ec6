"""A setup's memory and speed with their ranges, whether it fits, and what would make it fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from calculator.gpu.intervals import Interval, around, memory_spread, time_spread
from calculator.gpu.memory import GIB, Memory, peak_memory
from calculator.gpu.setup import Setup, shard
from calculator.gpu.speed import MicroStep, micro_step
from pricing import GpuPhysics

Verdict = Literal["fits", "tight", "no"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Memory and speed of one setup. Memory in GiB per GPU; `peak_gib` is the process's, as nvidia-smi shows it."""

    setup: Setup
    memory: Memory
    step: MicroStep
    peak_gib: Interval
    tokens_per_second_per_gpu: Interval
    usable_gib: float
    fits: bool
    """The tensors and the process fit, if the allocator gives back what it can."""
    highest_gib: float
    """Upper end of the process's peak where memory is not short, GiB."""

    @property
    def verdict(self) -> Verdict:
        """`fits` if the upper end of the process's peak does; `tight` if only the expected tensors do; else `no`."""
        if not self.fits:
            return "no"
        return "fits" if self.highest_gib <= self.usable_gib else "tight"

    @property
    def tokens_per_second(self) -> Interval:
        """Tokens a second of all GPUs together."""
        return self.tokens_per_second_per_gpu.scaled(self.setup.gpus)


def usable_gib(setup: Setup, physics: GpuPhysics) -> float:
    """Return the GiB of a GPU that a process may fill.

    A GPU sold as 80 GB reports 79 to 80 GiB, of which the driver reserves a part.

    Args:
        setup: The setup with its GPU.
        physics: The fitted constants.
    """
    return setup.gpu.memory_gb * physics.usable_share


def predict(setup: Setup, physics: GpuPhysics) -> Prediction:
    """Return the memory and speed of a setup. Takes tens of microseconds.

    Args:
        setup: Model, GPU, parallelism and batch.
        physics: The fitted constants.

    Returns:
        The prediction with 80 % intervals (docs/gpu.md, chapter 5).
    """
    memory = peak_memory(setup, physics)
    step = micro_step(setup, physics)
    usable = usable_gib(setup, physics)
    return Prediction(
        setup=setup,
        memory=memory,
        step=step,
        peak_gib=around(memory.process_gib(usable), memory_spread(setup, physics)),
        tokens_per_second_per_gpu=around(step.tokens_per_second_per_gpu, time_spread(setup, physics)),
        usable_gib=usable,
        fits=_fits(setup, memory, physics),
        highest_gib=highest_gib(setup, memory, physics),
    )


def highest_gib(setup: Setup, memory: Memory, physics: GpuPhysics) -> float:
    """Return the upper end of the 80 % interval of the process's peak where memory is not short, GiB."""
    return around((memory.required + memory.cache) / GIB, memory_spread(setup, physics)).high


def _fits(setup: Setup, memory: Memory, physics: GpuPhysics) -> bool:
    usable = usable_gib(setup, physics)
    if memory.required_gib <= usable:
        return True
    if setup.checkpointing != "selective":
        return False
    # Selective checkpointing keeps only as many activations as fit.
    return peak_memory(replace(setup, checkpointing="full"), physics).required_gib <= usable


def remedies(setup: Setup, physics: GpuPhysics) -> list[tuple[str, Setup]]:
    """Return the single changes that make a setup fit: first those with which it surely does, the mildest first.

    For a setup that doesn't fit, those with which it may follow, marked as tight.

    Args:
        setup: The setup to change.
        physics: The fitted constants.

    Returns:
        Pairs of the change in words and the changed setup; empty if the setup surely fits, or if no change helps.
    """
    verdict = predict(setup, physics).verdict
    if verdict == "fits":
        return []
    changes = [
        (words, changed, predict(changed, physics).verdict)
        for words, changed in (*_changes(setup), *_more_gpus(setup, physics))
    ]
    sure = [(words, changed) for words, changed, result in changes if result == "fits"]
    if verdict == "tight":
        return sure
    return sure + [(f"{words} (tight)", changed) for words, changed, result in changes if result == "tight"]


def _changes(setup: Setup) -> Iterator[tuple[str, Setup]]:
    if setup.checkpointing != "full":
        yield "checkpoint the activations", replace(setup, checkpointing="full")
    if not setup.flash_attention:
        yield "use flash attention", replace(setup, kernel="flash2")
    if setup.micro_batch > 1:
        half = max(1, setup.micro_batch // 2)
        yield (
            f"a micro-batch of {half}",
            replace(setup, micro_batch=half, grad_accumulation=setup.grad_accumulation * 2),
        )
        yield (
            "a micro-batch of 1",
            replace(setup, micro_batch=1, grad_accumulation=setup.grad_accumulation * setup.micro_batch),
        )
    if setup.loss != "fused":
        yield "a fused loss (Liger, Unsloth)", replace(setup, loss="fused")
    if setup.gpus > 1 and setup.sharding != "zero3":
        yield "weights sharded over the GPUs (FSDP, ZeRO-3)", shard(setup, "zero3")
    if setup.method == "full":
        if setup.optimiser == "adamw":
            states = "pure" if setup.sharding == "none" else setup.states
            yield "an 8-bit optimiser", replace(setup, optimiser="adamw-8bit", states=states)
        yield "LoRA", replace(setup, method="lora")
    if setup.method == "lora":
        yield "QLoRA", replace(setup, method="qlora")
    half = setup.sequence_length // 2
    if half >= 256:
        yield f"sequences of {half:,} tokens", replace(setup, sequence_length=half)


def _more_gpus(setup: Setup, physics: GpuPhysics) -> Iterator[tuple[str, Setup]]:
    """Yield the fewest GPUs that surely hold the job with sharded weights; where none do, the fewest that may."""
    wider = (replace(shard(setup, "zero3"), gpus=gpus) for gpus in (2, 4, 8, 16, 32, 64) if gpus > setup.gpus)
    verdicts = [(changed, predict(changed, physics).verdict) for changed in wider]
    for level in ("fits", "tight"):
        for changed, verdict in verdicts:
            if verdict == level:
                yield f"{changed.gpus} GPUs with sharded weights", changed
                return

"""Sentences about the setup of a training job on rented GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from calculator.gpu import Configuration
from calculator.gpu_rental.question import GpuQuestion, power_of_two
from calculator.question.resolved import ResolvedScenario
from pricing import GpuOffer

_ACTIVATIONS = {"none": "kept", "selective": "partly recomputed", "full": "recomputed"}
_SPREAD = {"none": "a copy on each", "zero1": "ZeRO-1", "zero2": "ZeRO-2", "zero3": "weights sharded (FSDP, ZeRO-3)"}


def setup_notes(
    question: GpuQuestion, configuration: Configuration, offer: GpuOffer, plan: ResolvedScenario
) -> Iterator[str]:
    """Yield what is assumed about a job's setup: batch, memory, what decided it, speed and billing.

    Args:
        question: The job.
        configuration: GPUs and batch that the search chose.
        offer: The offer, for its billing step.
        plan: The resolved scenario, for the lengths of the examples.
    """
    prediction = configuration.prediction
    setup, peak, speed = prediction.setup, prediction.peak_gib, prediction.tokens_per_second
    packed = "packed" if setup.packed else "one example each"
    yield (
        f"tuned: {question.words}, software stack {setup.stack}, "
        f"sequences of {setup.sequence_length:,} tokens, {packed}"
    )
    yield (
        f"micro-batch {setup.micro_batch} × {setup.grad_accumulation}, activations {_ACTIVATIONS[setup.checkpointing]}"
        + (f", {_SPREAD[setup.sharding]}" if setup.gpus > 1 else "")
        + f"; peak memory {peak.likely:.0f} of {prediction.usable_gib:.0f} GiB a GPU"
    )
    if prediction.verdict == "tight":
        yield (
            f"memory is tight: the peak may be {prediction.highest_gib:.0f} of {prediction.usable_gib:.0f} GiB; "
            "try a short run first"
        )
    yield f"set up: {question.decided}"
    yield f"{speed.likely:,.0f} tokens a second ({speed.low:,.0f} to {speed.high:,.0f} in 8 of 10 cases)"
    yield (
        f"time is billed by the {offer.billed_per}"
        if offer.billed_per
        else "the billing step is unknown: whole seconds are counted"
    )
    lengths = plan.lengths
    if lengths and question.sequence_length < min(lengths.longest, question.model.context):
        power = min(power_of_two(lengths.longest), question.model.context)
        yield f"seq={power} would hold the longest example, of {lengths.longest:,} tokens"

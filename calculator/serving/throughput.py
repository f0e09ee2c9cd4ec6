"""Throughput of a replica: a group of GPUs that holds a model once, at a number of calls or within a time per call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from calculator.serving.speed import Engine, Host, prefill_seconds, step_seconds
from pricing import Gpu, ServingPhysics

MOST_CALLS: dict[Engine, float] = {"vllm": 1024.0, "sglang": 2048.0, "tensorrt": 2048.0, "unknown": 256.0}
"""Calls that an engine answers together by default."""
SMALL_GPU_CALLS = 256.0
"""vLLM's default below 70 GB of memory, and on the A100."""
READ_TOGETHER = 8192.0
"""Tokens of prompts that an engine reads in one step (vLLM's max_num_batched_tokens)."""


@dataclass(frozen=True, slots=True)
class CallShape:
    """A call to answer, in tokens."""

    input_tokens: float
    output_tokens: float


class Throughput(NamedTuple):
    """What a replica does with a number of calls at the same time."""

    calls: float
    """Calls answered together."""
    calls_per_second: float
    output_tokens_per_second: float
    first_token_seconds: float
    """Time to first token."""
    token_seconds: float
    """Time per further token."""
    call_seconds: float
    """Duration of a call."""
    reading_seconds: float
    """Time that a call's prompt occupies the replica."""

    @property
    def busy_seconds(self) -> float:
        """The time that a call occupies the replica, its share of the steps included."""
        return 1.0 / self.calls_per_second


def most_calls(engine: Engine, gpu: Gpu) -> float:
    """Return the calls that an engine answers together on a GPU by default."""
    small = gpu.memory_gb < 70 or gpu.name.startswith("a100")
    return SMALL_GPU_CALLS if engine == "vllm" and small else MOST_CALLS[engine]


def cache_room(host: Host, gpu: Gpu, physics: ServingPhysics, call: CallShape) -> float:
    """Return the number of calls whose keys and values fit beside the weights; below one if not even one does.

    Args:
        host: The model on its GPUs.
        gpu: The GPU.
        physics: The fitted constants.
        call: The call; while it is answered, half of its output is cached on average.
    """
    free = host.gpus * gpu.memory_gb * 1e9 * physics.memory_share - host.model.bytes
    return free / max(1.0, host.model.cached(call.input_tokens + call.output_tokens / 2.0))


def throughput(host: Host, call: CallShape, calls: float) -> Throughput:
    """Return what a replica does with `calls` calls answered at the same time.

    A call occupies the replica while its prompt is read, and with the others of the batch for one step a token.

    Args:
        host: The model on its GPUs.
        call: Tokens of a call.
        calls: Calls answered at the same time, at least one.
    """
    together = max(1.0, min(calls, READ_TOGETHER / max(1.0, call.input_tokens)))
    reading = prefill_seconds(host, call.input_tokens, together)
    steps = max(0.0, call.output_tokens - 1.0)
    step = step_seconds(host, calls, call.input_tokens + call.output_tokens / 2.0) if steps else 0.0
    seconds = calls * reading + steps * step
    # Prompts of other calls are read between the steps of a call, as evenly as calls arrive.
    first = reading * (1.0 + together / 2.0) + step
    return Throughput(
        calls=calls,
        calls_per_second=calls / seconds,
        output_tokens_per_second=calls * call.output_tokens / seconds,
        first_token_seconds=min(first, seconds),
        token_seconds=(seconds - min(first, seconds)) / steps if steps else 0.0,
        call_seconds=seconds,
        reading_seconds=reading,
    )

"""One prediction, and the cheapest configuration over all GPUs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from calculator.gpu import GpuSource, Setup, TrainingJob, cheapest, configurations, predict
from pricing import load_gpu_facts

ROUNDS = 20
AIM_MS = 50.0


def main() -> None:
    facts = load_gpu_facts()
    setup = Setup(facts.models["llama-3.1-8b"], facts.gpus["h100"], sequence_length=4096)
    places = [GpuSource(gpu.name, gpu, Decimal(2), 8, (1, 2, 4, 8, 16, 32)) for gpu in facts.gpus.values()]
    large = Setup(facts.models["llama-3.1-70b"], facts.gpus["h100"], sequence_length=4096)
    jobs = {name: TrainingJob(each, 32, 10e6, 3) for name, each in (("8B LoRA", setup), ("70B LoRA", large))}
    single = _median_seconds(lambda: predict(replace(setup), facts.physics), 1000)
    print(f"GPU model ({len(facts.gpus)} GPUs × 6 counts; medians)")
    print(f"  {'one prediction':<42} {single * 1e6:7.1f} µs")
    for name, job in jobs.items():
        taken = _median_seconds(lambda job=job: cheapest(configurations(job, places, facts.physics)), ROUNDS)  # type: ignore[misc]
        print(f"  {f'cheapest configuration, {name}':<42} {taken * 1e3:7.1f} ms")
    print(f"  aim for a search: {AIM_MS} ms\n")


def _median_seconds(job: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)

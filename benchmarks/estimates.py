"""One scenario over all offers, every line itemised."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date

from calculator import (
    Comparison,
    Scenario,
    estimate,
    estimate_assumptions,
    estimate_warnings,
    read_scenario,
    sample,
    verdict,
)
from pricing import Catalog, load_catalog

ROUNDS = 60
AIM_MS = 2.0
AIM_ANSWER_MS = 8.0
AIM_DRAWS = 40
QUESTION = {"examples": "10k", "example": "250/150", "epochs": "3", "calls": "50k/day", "call": "100/70"}
RANGES = {
    "examples": "5k..20k",
    "example": "200..300/100..200",
    "calls": "10k..90k/day",
    "call": "80..120/50..90",
    "prompt": "2000..3000->100..200",
    "base": "gpt-4.1-mini",
    "runs": "1..5",
    "cached": "0..50%",
    "batch": "0..30%",
    "growth": "0..5%",
    "retrain": "3..6",
    "months": "6..18",
    "prep": "100..1000",
}
ON = date(2026, 11, 21)


def main() -> None:
    catalog = load_catalog()
    everything = read_scenario({"on": "all", **QUESTION})
    compared = read_scenario({"on": "all", **QUESTION, "base": "gpt-4.1-mini", "prompt": "1500->100"})
    with_gpus = read_scenario({"on": "all", **QUESTION, "model": "llama-3.1-8b"})
    one = read_scenario({"on": "google/gemini-3.5-flash", **QUESTION})
    ranged = read_scenario({"on": "all", **QUESTION, "calls": "10k..90k/day", "runs": "1..5"})
    all_ranged = read_scenario({"on": "all", **QUESTION, **RANGES})
    comparison = estimate(everything, catalog, ON)
    lines = sum(len(made.lines) for made in comparison.estimates)
    gc.collect()
    gc.freeze()
    jobs = {
        "one offer": lambda: estimate(one, catalog, ON),
        "all offers": lambda: estimate(everything, catalog, ON),
        "all offers, with classes, verdict and threshold": lambda: _answered(compared, catalog),
        "all offers and GPUs by the hour": lambda: estimate(with_gpus, catalog, ON),
        "all offers, with warnings and assumptions": lambda: _in_full(everything, catalog),
        "all offers, 2 ranges, 2,000 draws": lambda: _in_draws(ranged, catalog),
        "all offers, 13 ranges, 2,000 draws": lambda: _in_draws(all_ranged, catalog),
    }
    medians = _interleaved(jobs)
    print(f"Estimate ({len(comparison.estimates)} offers, {lines} lines; median of {ROUNDS} interleaved runs)")
    for name, milliseconds in medians.items():
        print(f"  {name:<42} {milliseconds:7.3f} ms")
    print(f"  aim for all offers: {AIM_MS} ms, with classes, verdict and threshold: {AIM_ANSWER_MS} ms")
    plain = medians["all offers"]
    for name in list(medians)[-2:]:
        print(f"  {name}: {medians[name] / plain:.1f} × one plain estimate (aim: at most {AIM_DRAWS} ×)")
    print()


def _in_full(scenario: Scenario, catalog: Catalog) -> Comparison:
    comparison = estimate(scenario, catalog, ON)
    for made in comparison.estimates:
        _ = estimate_warnings(comparison, made), estimate_assumptions(comparison, made)
    return comparison


def _answered(scenario: Scenario, catalog: Catalog) -> Comparison:
    comparison = estimate(scenario, catalog, ON)
    assert verdict(comparison).threshold
    return comparison


def _in_draws(scenario: Scenario, catalog: Catalog) -> Comparison:
    """Every offer's percentiles, and the share of cases in which it pays back."""
    comparison = estimate(scenario, catalog, ON)
    ranges = sample(comparison)
    assert ranges
    for offer_id in ranges.estimates:
        ranges.percentiles(offer_id, "total")
        ranges.pays_back_share(offer_id)
    return comparison


def _interleaved(jobs: dict[str, Callable[[], Comparison]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(ROUNDS):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}

"""The fit: it finds constants again that made the measurements, and its parts are what they are said to be."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.gpu_fit import fit, fits_without_each, log_error, measured, unfitted
from benchmarks.gpu_rows import Row
from calculator.gpu import micro_step
from pricing import load_gpu_facts
from tests.benchmarks.test_gpu_accuracy import ROW

FACTS = load_gpu_facts()


def made_rows(tokens_per_second_times: float) -> list[Row]:
    """Rows whose speed is what the model with twice the host's time says."""
    truth = replace(unfitted(FACTS), launch_eager=0.0024)
    rows = []
    for number, tokens in enumerate((128, 256, 512, 1024)):
        text = ROW | {"micro_batch": "1", "seq_len": str(tokens), "micro_tokens_per_gpu": str(tokens)}
        (row,) = measured([text | {"source_id": f"source-{number % 2}"}], FACTS, "time")
        speed = micro_step(row.setup, truth).tokens_per_second_per_gpu * tokens_per_second_times
        rows.append(replace(row, tokens_per_second=speed))
    return rows


def test_gpu_fit_approaches_the_true_constants() -> None:
    rows = made_rows(1.0)
    before, after = unfitted(FACTS), fit(rows, FACTS, "time")
    assert sum(abs(log_error(row, after, "time")) for row in rows) < 0.5 * sum(
        abs(log_error(row, before, "time")) for row in rows
    )
    assert before.launch_eager < after.launch_eager < 0.0030
    # What moves memory, and what is physics, stays.
    assert after.logit_bytes_plain == before.logit_bytes_plain
    assert after.loss_traffic == before.loss_traffic


def test_source_left_out_does_not_enter_its_own_constants() -> None:
    own = ROW | {"source_id": "one", "tokens_per_s_per_gpu": "3000"}
    two = ROW | {"source_id": "two", "tokens_per_s_per_gpu": "2000"}
    first = fits_without_each([own, two], FACTS)
    second = fits_without_each([own | {"tokens_per_s_per_gpu": "100"}, two], FACTS)
    assert first["one"] == second["one"]
    assert first["two"] != second["two"]


def test_single_source_is_predicted_by_the_prior() -> None:
    assert fits_without_each([ROW], FACTS) == {"ours": unfitted(FACTS)}
    assert fits_without_each([], FACTS) == {}

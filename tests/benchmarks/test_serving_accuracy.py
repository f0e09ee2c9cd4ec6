"""The serving model against published measurements: reading rows, and how far it is off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gpu_rows import Unusable
from benchmarks.serving_accuracy import ScoredServing, main, summary
from benchmarks.serving_fit import fit, fits_without_each
from benchmarks.serving_rows import predict_row, read_serving_row
from pricing import ServingPhysics, load_gpu_facts

FACTS = load_gpu_facts()
MEASURED = Path("benchmarks/data/serving-measured.csv")
MEASURED_2 = Path("benchmarks/data/serving-measured-2.csv")
ROW = {
    "source_id": "somebody",
    "model": "Qwen/Qwen3-14B",
    "gpu": "H100-80",
    "n_gpus": "2",
    "tp": "2",
    "engine": "vLLM 0.11",
    "precision": "fp8",
    "input_tokens": "1,000",
    "output_tokens": "200",
    "requests": "500",
    "concurrency": "64",
    "output_tok_s_total": "5,000",
}


def test_published_rows_are_predicted_within_the_stated_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(MEASURED), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) == {"all", "by_engine", "by_source", "dense", "moe", "skipped"}
    assert result["all"]["rows"] == 59
    assert result["all"]["median"] <= 0.30
    assert result["all"]["p90"] <= 0.90
    assert 0.7 <= result["all"]["coverage"] <= 0.95
    assert result["skipped"] == {}


def test_all_rows_of_the_fit_are_predicted_as_docs_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(MEASURED), str(MEASURED_2), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["all"]["rows"], len(result["by_source"]), result["skipped"]) == (445, 6, {})
    assert result["all"]["median"] < 0.20
    assert result["dense"]["median"] < 0.15
    assert result["moe"]["median"] < 0.27
    assert 0.75 < result["all"]["coverage"] < result["all"]["source_coverage"] < 0.92


def test_source_coverage_weighs_sources_alike() -> None:
    rows = [ScoredServing("large", "vllm", False, 0.1, covered=True) for _ in range(9)]
    rows.append(ScoredServing("small", "vllm", False, 2.0, covered=False))
    result = summary(rows)
    assert (result["coverage"], result["source_coverage"]) == (pytest.approx(0.9), pytest.approx(0.5))


def test_fit_approaches_the_true_constants() -> None:
    constants = fit([], FACTS)
    truth = replace(constants, call_step_seconds=0.00012)
    rows = []
    for calls in (64, 128, 256, 512):
        row = read_serving_row(ROW | {"concurrency": str(calls)}, FACTS)
        rows.append(replace(row, measured=predict_row(row, truth)))
    fitted = fit(rows, FACTS)
    assert constants.call_step_seconds == pytest.approx(4e-5)
    assert constants.call_step_seconds < fitted.call_step_seconds < 0.00013

    def off(physics: ServingPhysics) -> float:
        return max(abs(predict_row(row, physics) / row.measured - 1) for row in rows)

    assert off(fitted) < off(constants)
    # Constants without bounds stay.
    assert fitted.step_seconds == constants.step_seconds


def test_source_left_out_does_not_enter_its_own_constants() -> None:
    other = ROW | {"source_id": "other", "output_tok_s_total": "3,000"}
    first_fits = fits_without_each([ROW, other], FACTS)
    second_fits = fits_without_each([ROW | {"output_tok_s_total": "900"}, other], FACTS)
    assert first_fits["somebody"] == second_fits["somebody"]
    assert first_fits["other"] != second_fits["other"]


def test_row_is_read_as_it_is_written() -> None:
    row = read_serving_row(ROW, FACTS)
    assert (row.model.name, row.gpu.name, row.gpus, row.parallel) == ("qwen3-14b", "h100", 2, 2)
    assert (row.engine, row.weights, row.calls, row.requests) == ("vllm", "fp8", 64, 500)
    assert (row.call.input_tokens, row.call.output_tokens, row.measured) == (1_000, 200, 5_000)


@pytest.mark.parametrize(
    ("changes", "engine", "weights"),
    [
        ({"engine": "SGLang v0.5", "precision": "bf16"}, "sglang", "16 bit"),
        ({"engine": "TRT-LLM", "precision": "NVFP4"}, "tensorrt", "fp4"),
        ({"engine": "NIM", "precision": "W4A16"}, "tensorrt", "int4"),
        ({"engine": "something new", "precision": "MXFP4"}, "unknown", "mxfp4"),
        ({"engine": "", "precision": ""}, "unknown", "16 bit"),
    ],
)
def test_engines_and_precisions_are_classes(changes: dict[str, str], engine: str, weights: str) -> None:
    row = read_serving_row(ROW | changes, FACTS)
    assert (row.engine, row.weights) == (engine, weights)


def test_unknown_model_is_taken_by_its_sizes() -> None:
    dense = read_serving_row(ROW | {"model": "acme-9b-chat"}, FACTS)
    assert dense.model.parameters_billion == 9
    mixture = read_serving_row(ROW | {"model": "acme-80b-a3b"}, FACTS)
    assert (mixture.model.parameters_billion, mixture.model.experts > 1) == (80, True)
    named = read_serving_row(ROW | {"model": "acme", "params_b": "40", "active_params_b": "4"}, FACTS)
    assert (named.model.parameters_billion, named.model.experts > 1) == (40, True)


@pytest.mark.parametrize(
    "changes", [{"gpu": "abacus"}, {"model": "acme"}, {"output_tok_s_total": ""}, {"output_tokens": "0"}]
)
def test_row_that_says_too_little_is_left_out(changes: dict[str, str]) -> None:
    with pytest.raises(Unusable):
        read_serving_row(ROW | changes, FACTS)


def test_measured_throughput_never_enters_the_prediction() -> None:
    prediction = predict_row(read_serving_row(ROW, FACTS), FACTS.serving)
    other = predict_row(read_serving_row(ROW | {"output_tok_s_total": "1"}, FACTS), FACTS.serving)
    assert prediction == other


def test_missing_file_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(tmp_path / "none.csv")]) == 2
    assert "cannot be read" in capsys.readouterr().err

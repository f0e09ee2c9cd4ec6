"""The benchmark of the GPU model: it reads any file of its columns, and the model stays as good as it is said to be."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.gpu_accuracy import main, markdown, memory_gib, report, score, summary
from benchmarks.gpu_cells import number, read_rows
from benchmarks.gpu_rows import Unusable, read_row, read_setup
from calculator.gpu import predict
from pricing import load_gpu_facts

DATA = Path(__file__).parent.parent.parent / "benchmarks" / "data"
FACTS = load_gpu_facts()
ROWS = read_rows(DATA / "gpu-measured.csv") + read_rows(DATA / "gpu-measured-2.csv")
OOM = read_rows(DATA / "gpu-out-of-memory.csv") + read_rows(DATA / "gpu-out-of-memory-2.csv")

ROW = {
    **{"source_id": "ours", "model": "llama-2-7b", "params_b": "6.738", "moe": "0", "method": "lora", "lora_rank": "8"},
    **{"gpu": "A100-80", "gpu_mem_gb": "80", "n_gpus": "1", "parallel": "single", "framework": "litgpt"},
    **{"precision": "bf16-true", "grad_ckpt": "0", "flash_attn": "1", "seq_len": "1024", "packed": "1"},
    **{"micro_batch": "2", "micro_tokens_per_gpu": "2048", "tokens_per_s_per_gpu": "2000", "use_time": "1"},
    **{"peak_mem_gib_per_gpu": "30", "use_mem": "1"},
}
# What a prediction may not look at.
NOT_CONFIGURATION = (
    *("row_id", "source_id", "source", "path_or_url", "commit", "date", "provenance", "tokens_basis", "time_value"),
    *("time_unit", "tokens_per_s_per_gpu", "total_tokens", "total_hours", "gpu_hours", "cost_usd_reported"),
    *("peak_mem_value", "peak_mem_unit", "peak_mem_gib_per_gpu", "mem_kind", "use_time", "use_mem", "note"),
)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_our_own_rows_are_predicted_as_well_as_docs_say() -> None:
    result = report(*score([*ROWS, *OOM], FACTS, lambda row: FACTS.physics))
    time, memory = result["all"]["time"], result["all"]["memory"]
    assert (time["rows"], memory["rows"]) == (440, 289)
    assert time["median"] < 0.095
    assert time["p90"] < 0.29
    assert memory["median"] < 0.08
    assert memory["p90"] < 0.24
    assert 0.80 < time["coverage"] < 0.97
    assert 0.75 < memory["coverage"] < 0.95
    assert result["fits"]["false_no"] < 0.05
    assert result["oom"]["rows"] == 49
    assert result["oom"]["caught"] >= 44


def test_only_the_configuration_enters_a_prediction() -> None:
    scramble = random.Random(5)  # noqa: S311
    for row in ROWS[::7]:
        if row["workload"] == "rlhf":
            continue
        other = row | {key: str(scramble.randrange(1, 10_000)) for key in NOT_CONFIGURATION}
        assert read_setup(other, FACTS) == read_setup(row, FACTS)


def test_errors_are_of_what_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prediction = predict(read_row(ROW, FACTS).setup, FACTS.physics)
    speed, peak = prediction.tokens_per_second_per_gpu.likely, prediction.memory.tensors_gib  # what LitGPT prints
    rows = [
        ROW | {"tokens_per_s_per_gpu": str(speed / 1.1), "peak_mem_gib_per_gpu": str(peak)},
        ROW | {"tokens_per_s_per_gpu": str(speed / 1.3), "use_mem": "0"},
        ROW | {"source_id": "theirs", "tokens_per_s_per_gpu": str(speed / 10), "use_mem": "0"},
        ROW | {"use_time": "0", "use_mem": "0"},
    ]
    assert main([str(write(tmp_path / "rows.csv", rows)), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    time = result["all"]["time"]
    assert time["rows"] == 3
    assert time["median"] == pytest.approx(0.3)
    assert time["p90"] == pytest.approx(0.3 + 0.8 * (9 - 0.3))
    assert time["macro_median"] == pytest.approx((0.2 + 9) / 2)
    assert time["coverage"] < 1
    assert result["all"]["memory"]["median"] == pytest.approx(0)
    assert result["by_source"]["theirs"]["time"]["rows"] == 1
    assert result["by_method"]["lora"]["memory"]["rows"] == 1
    assert result["by_gpu"]["a100-80"]["time"]["rows"] == 3
    assert result["fits"] == {"rows": 4, "false_no": 0}
    assert result["oom"] == {"rows": 0, "caught": 0}
    assert result["coverage"]["time"]["lora"] == result["by_method"]["lora"]["time"]["coverage"]


def test_no_rows_are_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(write(tmp_path / "rows.csv", [ROW | {"use_time": "", "use_mem": ""}]))]) == 0
    assert "| **all** | 0 | – |" in capsys.readouterr().out
    assert summary([])["median"] is None
    (tmp_path / "empty.csv").write_text("")
    assert main([str(tmp_path / "empty.csv"), "--oom", str(tmp_path / "empty.csv")]) == 0


def test_unreadable_file_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "endless.csv").write_text("model,gpu\nllama-2-7b," + "x" * 200_000)
    for name in ("none.csv", "endless.csv"):
        assert main([str(tmp_path / name)]) == 2
        assert f"{name}: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"gpu": "Abacus 9"}, "the GPU 'Abacus 9' is not known"),
        ({"gpu": ""}, "no GPU is named"),
        ({"model": "mystery", "params_b": ""}, "the model 'mystery' is not known and has no size"),
        ({"workload": "rlhf"}, "RLHF"),
    ],
)
def test_skipped_rows_are_counted_by_reason(changed: dict[str, str], reason: str) -> None:
    with pytest.raises(Unusable, match=r"known|named|RLHF"):
        read_row(ROW | changed, FACTS)
    run, _ = score([ROW, ROW | changed], FACTS, lambda row: FACTS.physics)
    assert len(run.scored) == 1
    assert any(reason in reason_given for reason_given in run.skipped)
    assert reason in markdown(report(run, None))


@pytest.mark.parametrize(
    ("changed", "attribute", "value"),
    [
        ({"model": "mystery-9b", "params_b": "9"}, "model.interpolated", True),
        ({"model": "mystery-9b", "params_b": ""}, "model.parameters_billion", 9.0),
        ({"model": "mystery-7b1", "params_b": ""}, "model.parameters_billion", 7.1),
        ({"model": "mystery 250M", "params_b": ""}, "model.parameters_billion", 0.25),
        ({"model": "mystery-80b-a3b-instruct", "params_b": ""}, "model.active_experts", 8),
        ({"model": "mystery-8x7b", "params_b": ""}, "model.parameters_billion", 8 * 7 * 0.82),
        ({"model": "llama-2-7b", "params_b": "13"}, "model.interpolated", True),
        ({"parallel": "FSDP", "n_gpus": "8"}, "sharding", "zero3"),
        ({"parallel": "deepspeed zero-2", "n_gpus": "8"}, "sharding", "zero2"),
        ({"parallel": "ddp", "n_gpus": "8"}, "sharding", "none"),
        ({"parallel": "TP=4 PP=2", "n_gpus": "8"}, "tensor_parallel", 4),
        ({"parallel": "tp4 pp2 cp1", "n_gpus": "8"}, "pipeline_parallel", 2),
        ({"parallel": "tp64", "n_gpus": "8"}, "tensor_parallel", 8),
        ({"framework": "torchtune 0.4"}, "loss", "chunked"),
        ({"framework": "torchtune 0.4", "ce_chunked": "0"}, "loss", "plain"),
        ({"framework": "unsloth", "ce_chunked": "0"}, "loss", "in-place"),
        ({"framework": "unsloth", "ce_chunked": "1"}, "loss", "fused"),
        ({"framework": "HF Trainer", "ce_chunked": "liger"}, "loss", "fused"),
        ({"framework": "HF Trainer", "compile": "1"}, "loss", "in-place"),
        ({"framework": "HF Trainer"}, "stack", "eager"),
        ({"framework": "axolotl"}, "stack", "eager"),
        ({"framework": "unsloth+FA2"}, "stack", "optimised"),
        ({"precision": "fp8", "framework": "NeMo"}, "stack", "fp8"),
        ({"precision": "fp8", "framework": "torchtitan"}, "stack", "eager"),
        ({"precision": "fp8", "framework": ""}, "stack", "fp8"),
        ({"method": "QLoRA", "quant": ""}, "quantised", "nf4"),
        ({"method": "LoRA", "quant": "gptq-int4"}, "quantised", "int4"),
        ({"method": "full fine-tuning"}, "method", "full"),
        ({"grad_ckpt": "selective"}, "checkpointing", "selective"),
        ({"grad_ckpt": ""}, "checkpointing", "full"),
        ({"optimizer": "paged_adamw_8bit"}, "optimiser", "adamw-8bit"),
        ({"optimizer": "paged_adamw_8bit"}, "paged_optimiser", True),
        ({"optimizer": "adamw 8-bit in backward"}, "optimiser", "adamw-8bit"),
        ({"optimizer": "adamw 8-bit in backward"}, "steps_in_backward", True),
        ({"parallel": "fsdp sp4", "n_gpus": "8"}, "context_parallel", 4),
        ({"parallel": "ulysses 2 zero3", "n_gpus": "8"}, "context_parallel", 2),
        ({"parallel": "fsdp ep8", "n_gpus": "8", "model": "mixtral-8x7b", "params_b": ""}, "expert_parallel", 8),
        ({"parallel": "fsdp2 ep", "n_gpus": "4", "model": "mixtral-8x7b", "params_b": ""}, "expert_parallel", 4),
        ({"parallel": "fsdp ep8", "n_gpus": "8"}, "expert_parallel", 1),
        ({"cpu_offload": "1", "parallel": "fsdp", "n_gpus": "8"}, "offload", "weights"),
        ({"cpu_offload": "1", "parallel": "zero3", "n_gpus": "8"}, "offload", "optimiser"),
        ({"parallel": "zero3 + param offload", "n_gpus": "8"}, "offload", "weights"),
        ({"grad_ckpt": "offload"}, "offloads_activations", True),
        ({"grad_ckpt": "offload"}, "checkpointing", "full"),
        ({"flash_attn": "0"}, "kernel", "math"),
        ({"flash_attn": "fa3"}, "kernel", "flash3"),
        ({"flash_attn": "cudnn"}, "kernel", "cudnn"),
        ({"framework": "NeMo"}, "kernel", "cudnn"),
        ({"framework": "composer/llm-foundry"}, "kernel", "flash1"),
        ({"precision": "fp32"}, "precision", "fp32"),
        ({"precision": "fp32 weights, bf16 autocast"}, "precision", "amp"),
        ({"model": "granite-3.0-3b-a800m", "params_b": ""}, "model.interpolated", True),
        ({"model": "granite-3.0-3b-a800m", "params_b": ""}, "model.active_experts", 8),
        ({"model": "unheard-of-mixture", "params_b": "30", "moe": "1"}, "model.active_experts", 8),
        ({"vocabulary": "50257"}, "model.vocabulary", 50_257),
        ({"model": "qwen2.5-9b", "params_b": ""}, "model.vocabulary", 152_064),
        ({"framework": "unsloth"}, "fused_adapters", True),
        ({"framework": "HF SFTTrainer + PEFT + fused triton kernels"}, "fused_adapters", True),
        ({"framework": "HF Trainer", "method": "qlora"}, "casts_to_32_bit", True),
        ({"framework": "HF Trainer", "method": "qlora", "prepared": "0"}, "casts_to_32_bit", False),
        ({"framework": "HF Trainer", "method": "qlora", "quant": "gptq-int4"}, "casts_to_32_bit", False),
        ({"framework": "NeMo", "lora_targets": ""}, "lora_targets", ("qkv",)),
        ({"framework": "a new one"}, "stack_known", False),
        ({"lora_targets": "q_proj, v_proj"}, "lora_targets", ("q", "v")),
        ({"lora_targets": "DEFAULT(c_attn/qkv)"}, "lora_targets", ("qkv",)),
        ({"interconnect": "nvlink + 8x400Gb IB"}, "node_gb_s", 400.0),
        ({"interconnect": "EFA"}, "node_gb_s", 50.0),
        ({"interconnect": "nvlink"}, "node_gb_s", None),
        ({"method": "full", "precision": "fp16", "framework": "HF Trainer"}, "states", "mixed"),
        ({"method": "full", "precision": "bf16", "framework": "HF Trainer"}, "states", "pure"),
        ({"seq_len": "", "micro_batch": "2"}, "sequence_length", 1024),
        ({"micro_batch": "", "n_gpus": "1"}, "micro_batch", 2),
        ({"seq_len": "4,096", "micro_tokens_per_gpu": "8192"}, "sequence_length", 4096),
    ],
)
def test_odd_spellings_and_blanks_are_understood(changed: dict[str, str], attribute: str, value: object) -> None:
    value_read: object = read_setup(ROW | changed, FACTS)
    for name in attribute.split("."):
        value_read = getattr(value_read, name)
    assert value_read == value


@pytest.mark.parametrize(
    ("kind", "framework", "quantity"),
    [
        ("process (nvidia-smi)", "litgpt", "process"),
        ("rocm-smi", "litgpt", "process"),
        ("reserved (max_memory_reserved)", "litgpt", "reserved"),
        ("torch reserved?", "HF", "reserved"),
        ("allocated", "HF", "tensors"),
        ("torch max allocated", "HF", "tensors"),
        ("", "litgpt", "tensors"),  # what its log prints
        ("", "HF", "process"),
        ("no idea", "HF", "process"),
    ],
)
def test_memory_is_compared_with_the_kind_that_was_measured(kind: str, framework: str, quantity: str) -> None:
    row = read_row(ROW | {"mem_kind": kind, "framework": framework}, FACTS)
    assert row.memory_kind == quantity
    prediction = predict(row.setup, FACTS.physics)
    sizes = [memory_gib(prediction, each).likely for each in ("tensors", "reserved", "process")]
    assert sizes == sorted(sizes)


def test_tokens_without_padding_are_compared_with_such() -> None:
    padded = ROW | {"packed": "0", "micro_batch": "4", "micro_tokens_per_gpu": "400"}
    run, _ = score([padded, padded | {"tokens_basis": "effective (non-pad) tokens"}], FACTS, lambda row: FACTS.physics)
    with_padding, without = (1 + (scored.time_error or 0) for scored in run.scored)
    assert without == pytest.approx(with_padding / 4**0.3)


def test_padding_counts_in_step_tokens_and_memory() -> None:
    setup = read_setup(
        ROW | {"packed": "0", "seq_len": "1024", "micro_batch": "4", "micro_tokens_per_gpu": "840"}, FACTS
    )
    assert setup.step_tokens == pytest.approx(840)
    assert setup.peak_tokens == 4096


HOSTILE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*("", "0", "-1", "1e308", "1e-308", "nan", "inf", "-inf", "99999999999999", "0.0001", "1,5", "٣", "?", "none")]
    ),
    st.floats().map(str),
    st.integers().map(str),
)


COLUMNS = sorted(set(ROWS[0]) - set(NOT_CONFIGURATION))


@given(st.dictionaries(st.sampled_from([*COLUMNS, "tokens_per_s_per_gpu", "peak_mem_gib_per_gpu"]), HOSTILE))
def test_no_row_stops_the_run(changed: dict[str, str]) -> None:
    run, _ = score([ROW | changed], FACTS, lambda row: FACTS.physics)
    assert len(run.scored) + sum(run.skipped.values()) == 1
    assert markdown(report(run, run))


@given(
    st.sampled_from(ROWS[::40]), st.sets(st.sampled_from([name for name in COLUMNS if name not in ("gpu", "model")]))
)
def test_row_of_known_model_and_gpu_is_always_predicted(row: dict[str, str], missing: set[str]) -> None:
    prediction = predict(
        read_setup({key: "" if key in missing else text for key, text in row.items()}, FACTS), FACTS.physics
    )
    assert prediction.tokens_per_second_per_gpu.low > 0
    assert prediction.peak_gib.low > 0


def test_files_with_odd_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(
        b"\xef\xbb\xbfModel , gpu,method\nllama-2-7b,A100-80\nllama-2-7b,A100-80,lora,more,and more\n\xff\xfe,,\n"
    )
    rows = read_rows(path)
    assert rows[0] == {"model": "llama-2-7b", "gpu": "A100-80"}
    assert rows[1] == {"model": "llama-2-7b", "gpu": "A100-80", "method": "lora"}
    assert len(score(rows, FACTS, lambda row: FACTS.physics)[0].scored) == 2


def test_numbers_are_read_from_text() -> None:
    assert number("1,234.5 tok/s") == 1234.5
    assert number("about 3") == 3
    assert number("") is None
    assert number(None) is None
    assert number("1e999") is None

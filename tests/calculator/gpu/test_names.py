"""Names that people type, and shapes between known ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculator.gpu import find_framework, find_gpu, find_model, interpolated_mixture, interpolated_shape
from tests.calculator.gpu.setups import FACTS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("llama-3.1-8b", "llama-3.1-8b"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("Llama 3.1 8B", "llama-3.1-8b"),
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b"),
        ("unsloth/Qwen3-8B-bnb-4bit", "qwen3-8b"),
        ("mistralai/Mistral-7B-Instruct-v0.2", "mistral-7b"),
        ("google/gemma-2-9b-it", "gemma-2-9b"),
        ("llama2-7b", "llama-2-7b"),
        ("llama3-8b", "llama-3-8b"),
        ("vicuna-13b", "llama-13b"),
        ("Phi-3.5-mini-instruct", "phi-3-mini"),
        ("chatglm3-6b", "chatglm3-6b"),
        ("pythia-1b-deduped", "pythia-1b"),
        ("TinyLlama-1.1B-Chat-v1.0", "tinyllama-1.1b"),
        ("zephyr-7b-beta", "mistral-7b"),
        ("vicuna-33b-v1.3", "llama-30b"),
        ("Mistral-Small-3.1-24B-Instruct-2503", "mistral-small-24b"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "llama-3.1-8b"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b-v0.3"),
    ],
)
def test_models_go_by_many_names(text: str, name: str) -> None:
    found = find_model(text, FACTS.models)
    assert found is not None
    assert found.name == name


def test_an_unknown_model_is_not_guessed() -> None:
    assert find_model("grok-9", FACTS.models) is None
    assert find_model("", FACTS.models) is None


@pytest.mark.parametrize(
    ("text", "memory", "name"),
    [
        ("H100-80", 80, "h100"),
        ("NVIDIA H100 80GB", None, "h100"),
        ("A100", 40, "a100-40"),
        ("A100-SXM4-80GB", 80, "a100-80"),
        ("RTX 4090", 24, "rtx-4090"),
        ("NVIDIA GeForce RTX 3090", None, "rtx-3090"),
        ("Tesla T4", 16, "t4"),
        ("V100", 16, "v100-16"),
        ("AMD Instinct MI300X", 192, "mi300x"),
        ("B200-180", 180, "b200"),
    ],
)
def test_gpus_go_by_many_names(text: str, memory: float | None, name: str) -> None:
    found = find_gpu(text, FACTS.gpus, memory)
    assert found is not None
    assert found.name == name


def test_an_unknown_gpu_is_not_guessed() -> None:
    assert find_gpu("TPU v5e", FACTS.gpus) is None


def test_frameworks_by_a_word_in_their_name() -> None:
    assert find_framework("HF transformers+peft", FACTS.frameworks).name == "huggingface"
    assert find_framework("NeMo 24.07", FACTS.frameworks).name == "nemo"
    assert find_framework("HF+unsloth", FACTS.frameworks).name == "unsloth"
    assert find_framework("something new", FACTS.frameworks).name == "unknown"
    assert find_framework("", FACTS.frameworks).name == "unknown"


@given(st.floats(min_value=0.01, max_value=2_000))
def test_interpolated_shape_matches_its_size_and_says_so(size: float) -> None:
    shape = interpolated_shape(size, FACTS.models)
    assert shape.interpolated
    assert shape.parameters_billion == size
    assert 0.3 < shape.counted / 1e9 / size < 3
    assert shape.block_parameters > 0


def test_mixture_stores_all_weights_and_uses_active_ones() -> None:
    shape = interpolated_mixture(80, 3, FACTS.models)
    assert shape.interpolated
    assert shape.counted / 80e9 == pytest.approx(1, abs=0.1)
    assert shape.matmul_parameters / 3e9 == pytest.approx(1, abs=0.3)


def test_between_two_known_sizes_the_shape_is_between_theirs() -> None:
    shape = interpolated_shape(7.5, FACTS.models)
    assert 28 <= shape.layers <= 40
    assert 3_000 <= shape.hidden <= 5_120

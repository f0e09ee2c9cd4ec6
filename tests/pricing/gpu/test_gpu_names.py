"""GPUs and models by the names that people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import known_gpu, load_gpu_facts, resolve_gpu, resolve_model
from tests.pricing.names.spellings import WAYS, ways

FACTS = load_gpu_facts()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("llama-3.1-8b", "llama-3.1-8b"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3.1-8b"),
        ("Llama 3.1 8B", "llama-3.1-8b"),
        ("together_ai/meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", "llama-3.1-8b"),
        ("accounts/fireworks/models/llama-v3p1-8b-instruct", "llama-3.1-8b"),
        ("meta.llama3-1-8b-instruct-v1:0", "llama-3.1-8b"),
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b"),
        ("qwen 2.5 7b", "qwen2.5-7b"),
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
    assert resolve_model(text, FACTS).ids == (name,)


@pytest.mark.parametrize("text", ["grok-9", "", "qwen3.1-7b", "🦙"])
def test_unknown_model_is_not_guessed(text: str) -> None:
    assert resolve_model(text, FACTS).ids == ()


@pytest.mark.parametrize(
    ("text", "contained"),
    [("llama", "llama-3.1-8b"), ("llama 8b", "llama-3.1-8b"), ("qwen3", "qwen3-8b"), ("mixtral", "mixtral-8x7b")],
)
def test_part_of_a_name_is_a_choice(text: str, contained: str) -> None:
    resolution = resolve_model(text, FACTS)
    assert resolution.match == "part"
    assert contained in resolution.ids or len(resolution.ids) == 6


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("H100-80", "h100"),
        ("NVIDIA H100 80GB", "h100"),
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("H100 SXM5", "h100"),
        ("h100 pcie", "h100-pcie"),
        ("H100 NVL", "h100-nvl"),
        ("8 x H100", "h100"),
        ("h100s", "h100"),
        ("A100", "a100-80"),
        ("A100 40GB", "a100-40"),
        ("NVIDIA A100-SXM4-40GB", "a100-40"),
        ("A100-PCIE-80GB", "a100-pcie"),
        ("RTX 4090", "rtx-4090"),
        ("rtx 5090", "rtx-5090"),
        ("NVIDIA GeForce RTX 3090", "rtx-3090"),
        ("Tesla T4", "t4"),
        ("V100 16GB", "v100-16"),
        ("AMD Instinct MI300X", "mi300x"),
        ("B200-180", "b200"),
        ("B200 192GB", "b200"),
        ("L40S", "l40s"),
    ],
)
def test_gpus_go_by_many_names(text: str, name: str) -> None:
    assert resolve_gpu(text, FACTS).ids == (name,)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RTX 4060", "rtx-4060"),
        ("RTX 4060 Ti", "rtx-4060-ti"),
        ("H20-141", "h20-141"),
        ("H20 141GB", "h20-141"),
        ("GH200-144", "gh200-144"),
        ("H100-64", "h100-64"),
        ("H200 NVL", "h200-nvl"),
        ("MI350X", "mi350x"),
        ("TPU v5e", "tpu-v5e"),
        ("DGX Spark", "dgx-spark"),
        ("GB10", "dgx-spark"),
        ("RTX 5080", "rtx-5080"),
        ("Trainium 2", "trainium-2"),
    ],
)
def test_products_of_one_family_are_distinct(text: str, name: str) -> None:
    assert resolve_gpu(text, FACTS).ids == (name,)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("RTX 4060 Ti 8GB", "rtx-4060-ti"),
        ("RTX 3090 Ti", "rtx-3090"),
        ("A100-48", "a100-80"),
        ("A100 64GB", "a100-80"),
        ("L4 48GB", "l4"),
    ],
)
def test_another_size_or_form_is_never_taken_silently(text: str, family: str) -> None:
    resolution = resolve_gpu(text, FACTS)
    assert resolution.ids == ()
    assert family in resolution.near


@pytest.mark.parametrize("text", ["TPU v9", "", "gpu", "🖥"])
def test_unknown_gpu_is_not_guessed(text: str) -> None:
    assert resolve_gpu(text, FACTS).ids == ()


@pytest.mark.parametrize(
    ("text", "memory_gb", "name"),
    [("A100", 40, "a100-40"), ("V100", 16, "v100-16"), ("H100-80", 80, "h100"), ("B200-180", 180, "b200")],
)
def test_known_memory_chooses_within_the_family(text: str, memory_gb: float, name: str) -> None:
    gpu = known_gpu(text, FACTS, memory_gb)
    assert gpu is not None
    assert gpu.name == name


@given(st.sampled_from(sorted(FACTS.gpus)), ways)
def test_every_gpu_is_known_in_every_spelling(name: str, way: str) -> None:
    gpu = FACTS.gpus[name]
    for written in (name, gpu.title, *gpu.aliases):
        assert resolve_gpu(WAYS[way](written), FACTS).ids == (name,)


@given(st.sampled_from(sorted(FACTS.models)), ways)
def test_every_model_is_known_in_every_spelling(name: str, way: str) -> None:
    for written in (name, *FACTS.models[name].aliases):
        assert name in resolve_model(WAYS[way](written), FACTS).ids


@given(st.text(max_size=60) | st.sampled_from([*FACTS.gpus, *FACTS.models]).map(lambda name: name[:-1]))
def test_suggestions_never_equal_the_rejected_name(text: str) -> None:
    for resolution in (resolve_gpu(text, FACTS), resolve_model(text, FACTS)):
        assert not resolution.near or not resolution.ids
        assert text not in resolution.near
        assert set(resolution.near) <= {*FACTS.gpus, *FACTS.models}

"""Serving: time per call, calls together, and the size of a replica. The numbers are derived by hand."""

from __future__ import annotations

from dataclasses import fields

import pytest

from calculator.serving import (
    CallShape,
    Latency,
    ServingOptions,
    cache_room,
    host_on,
    interactive_seconds,
    prefill_seconds,
    replicas,
    served_model,
    step_seconds,
    throughput,
)
from pricing import ServingPhysics
from tests.calculator.gpu.setups import CARD, FACTS, TOY

LLAMA, H100, PHYSICS = FACTS.models["llama-3.1-8b"], FACTS.gpus["h100"], FACTS.serving
# Every share and factor 1, every addition 0.
_ZERO = {
    *(
        "peak_lag",
        "spread",
        "spread_mixture",
        "half_tokens",
        "traffic",
        "expert_traffic",
        "reduce_seconds",
        "layer_seconds",
        "step_seconds",
    ),
    *("call_step_seconds", "call_seconds", "adapter_overhead"),
}
IDEAL = ServingPhysics(**{field.name: 0.0 if field.name in _ZERO else 1.0 for field in fields(ServingPhysics)})
SLOW = Latency(1e9, asked=True)


def test_step_reads_the_weights_once_and_each_calls_cache() -> None:
    toy = served_model(TOY, "16 bit")
    # 2 (keys, values) × 2 bytes × 10 wide × 4 layers.
    assert toy.cache_bytes == 160
    host = host_on(toy, CARD, 1, "vllm", IDEAL)
    # Weights once and 3 calls × 50 tokens × 160 bytes at 1 GB/s; the arithmetic at 1 TFLOP/s adds a square.
    read = toy.shared_bytes / 1e9
    done = 2 * toy.shared_weights * 3 / 1e12 + 2 * toy.head_weights * 3 / 1e12
    assert step_seconds(host, 3, 50) == pytest.approx((read**2 + done**2) ** 0.5 + 24_000 / 1e9)


def test_prompt_costs_its_products_and_causal_attention() -> None:
    # 7 billion weights × 2 × 10,000 tokens on 989 TFLOP/s; reading the weights adds less than a hundredth.
    host = host_on(served_model(LLAMA, "16 bit"), H100, 1, "vllm", IDEAL)
    blocks = 8.03e9 - 2 * 128_256 * 4_096
    products = 2 * blocks * 10_000 / 989e12
    # Half of 10,000² pairs, 4 FLOPs a pair and value of 4,096 wide queries in 32 layers.
    attention = 2 * 10_000**2 * 4_096 * 32 / 989e12
    assert prefill_seconds(host, 10_000) == pytest.approx(products + attention, rel=0.01)


def test_call_occupies_a_replica_for_prompt_and_share_of_steps() -> None:
    host = host_on(served_model(LLAMA, "16 bit"), H100, 1, "vllm", PHYSICS)
    done = throughput(host, CallShape(1_000, 200), 32)
    assert done.calls_per_second * done.call_seconds == pytest.approx(32)
    assert done.output_tokens_per_second == pytest.approx(200 * done.calls_per_second)
    assert done.first_token_seconds + 199 * done.token_seconds == pytest.approx(done.call_seconds)


def test_mixture_reads_only_the_experts_that_few_calls_visit() -> None:
    mixture = served_model(FACTS.models["qwen3-30b-a3b"], "16 bit")
    host = host_on(mixture, H100, 1, "vllm", IDEAL)
    # One token visits 8 of 128 experts: the shared weights and a sixteenth of the others.
    alone = (mixture.shared_bytes + mixture.expert_bytes / 16) / 3350e9
    assert step_seconds(host, 1, 0) == pytest.approx(alone, rel=0.01)
    assert step_seconds(host, 1_000, 0) > 4 * step_seconds(host, 1, 0)


def test_narrow_weights_take_less_memory() -> None:
    wide, narrow = served_model(LLAMA, "16 bit"), served_model(LLAMA, "fp8")
    outside = 2 * 128_256 * 4_096
    assert wide.bytes == pytest.approx(2 * 8.03e9)
    assert narrow.bytes == pytest.approx(8.03e9 + outside)
    # gpt-oss is published with experts in 4.25 bits: 65 GB on disk for 117 billion weights.
    assert served_model(FACTS.models["gpt-oss-120b"], "mxfp4").bytes == pytest.approx(65e9, rel=0.03)


def test_latent_attention_caches_the_compressed_values() -> None:
    # 512 + 64 values of 2 bytes in 61 layers: 70 kB a token, where 128 heads of keys and values would take 4 MB.
    assert served_model(FACTS.models["deepseek-v3"], "fp8").cache_bytes == 576 * 2 * 61


@pytest.mark.parametrize("name", ["llama-3.1-8b", "qwen3-30b-a3b", "deepseek-v3"])
@pytest.mark.parametrize("gpus", [1, 8])
def test_more_calls_together_never_lower_the_throughput(name: str, gpus: int) -> None:
    host = host_on(served_model(FACTS.models[name], "fp8"), H100, gpus, "vllm", PHYSICS)
    done = [throughput(host, CallShape(500, 200), calls) for calls in (1, 2, 4, 8, 16, 32, 64)]
    assert [replica.calls_per_second for replica in done] == sorted(replica.calls_per_second for replica in done)
    assert [replica.call_seconds for replica in done] == sorted(replica.call_seconds for replica in done)


def test_replica_answers_as_many_calls_as_the_latency_allows() -> None:
    call = CallShape(1_000, 200)
    slow, *_ = replicas(LLAMA, H100, call, SLOW, PHYSICS)
    quick, *_ = replicas(LLAMA, H100, call, Latency(3.0, asked=True), PHYSICS)
    assert quick.throughput.call_seconds <= 3
    assert quick.throughput.calls < slow.throughput.calls
    # 200 steps of at least 16 GB of weights over 8 × 3,350 GB/s take more than a tenth of a second.
    assert list(replicas(LLAMA, H100, call, Latency(0.1, asked=True), PHYSICS)) == []


def test_interactive_default_gives_way_where_one_call_misses_it() -> None:
    assert interactive_seconds(CallShape(1_000, 300), 0.5, 0.03) == pytest.approx(9.5)
    # 141 GB of weights over 8 × 300 GB/s take 59 ms a token, more than the 30 ms of the default.
    llama_70b, l4, call = FACTS.models["llama-3.1-70b"], FACTS.gpus["l4"], CallShape(100, 70)
    assert list(replicas(llama_70b, l4, call, Latency(2.6, asked=True), PHYSICS)) == []
    [replica] = replicas(llama_70b, l4, call, Latency(2.6, asked=False), PHYSICS)
    alone = throughput(host_on(served_model(llama_70b, "16 bit"), l4, 8, "vllm", PHYSICS), call, 1)
    assert replica.gpus == 8
    assert replica.most_seconds == pytest.approx(2 * alone.call_seconds)
    assert replica.throughput.call_seconds <= replica.most_seconds


def test_replica_size_follows_node_and_weights() -> None:
    l4, llama_70b, call = FACTS.gpus["l4"], FACTS.models["llama-3.1-70b"], CallShape(100, 70)
    # 141 GB of weights: 8 × 24 GB hold them, 4 do not; in 4 bit 37 GB and the head fit on 2.
    assert [replica.gpus for replica in replicas(llama_70b, l4, call, SLOW, PHYSICS)] == [8]
    assert list(replicas(llama_70b, l4, call, SLOW, PHYSICS, groups=(1, 2, 4))) == []
    assert [
        replica.gpus for replica in replicas(llama_70b, l4, call, SLOW, PHYSICS, options=ServingOptions("int4"))
    ] == [
        2,
        4,
        8,
    ]


def test_adapters_share_one_base() -> None:
    call = CallShape(1_000, 200)
    replica, *_ = replicas(LLAMA, H100, call, SLOW, PHYSICS)
    twenty, *_ = replicas(LLAMA, H100, call, SLOW, PHYSICS, options=ServingOptions(adapters=20))
    assert replica.weight_bytes < twenty.weight_bytes < 1.5 * replica.weight_bytes
    assert twenty.throughput.calls_per_second < replica.throughput.calls_per_second


def test_cache_holds_half_of_the_answer_on_average() -> None:
    host = host_on(served_model(LLAMA, "16 bit"), H100, 1, "vllm", IDEAL)
    # 80 GB less 16.06 GB of weights, over 1,100 tokens × 131,072 bytes.
    assert cache_room(host, H100, IDEAL, CallShape(1_000, 200)) == pytest.approx(63.94e9 / (1_100 * 131_072), rel=1e-3)

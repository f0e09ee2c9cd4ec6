"""Serving: time per call, batches, and the size of a replica."""

from __future__ import annotations

import pytest

from calculator.serving import ServedCall, replicas
from calculator.serving.throughput import ModelHost, decode_seconds, kv_bytes_per_token, prefill_seconds
from tests.calculator.gpu.setups import CARD, FACTS, PLAIN, TOY

LLAMA = FACTS.models["llama-3.1-8b"]


def test_decoding_reads_weights_once_and_each_calls_cache() -> None:
    # 2 (keys, values) × 2 bytes × 10 wide × 4 layers.
    assert kv_bytes_per_token(TOY) == 160
    # 12,000 bytes and 3 calls × 50 tokens × 160 at 1 GB/s.
    assert decode_seconds(ModelHost(TOY, CARD, 1, 12_000, 1.0), 3, 50, PLAIN) == pytest.approx(36_000 / 1e9)
    # 2 × 5,000 × 8 + 2 × 64 × 10 × 4 FLOPs.
    assert prefill_seconds(TOY, CARD, 1, 8, PLAIN) == pytest.approx((80_000 + 5_120) / 1e12)


def test_a_replica_answers_in_batches_as_quickly_as_it_must() -> None:
    h100 = FACTS.gpus["h100"]
    one, *_ = replicas(LLAMA, h100, ServedCall(1_000, 200), FACTS.physics)
    assert one.gpus == 1
    # 8.03 billion weights of 2 bytes.
    assert one.weights_gib == pytest.approx(8.03e9 * 2 / 2**30)
    # A caller waits for all prefills of the batch and for the steps: what each call keeps busy, batch times.
    busy = 1_000 * one.seconds_per_input_token + 200 * one.seconds_per_output_token
    assert one.seconds_a_call == pytest.approx(one.batch * busy)
    quick, *_ = replicas(LLAMA, h100, ServedCall(1_000, 200, seconds_a_call=2.0), FACTS.physics)
    assert quick.seconds_a_call <= 2
    assert quick.batch < one.batch
    # 200 steps of at least 16 GB of weights over 8 × 3,350 GB/s take more than a tenth of a second.
    assert list(replicas(LLAMA, h100, ServedCall(1_000, 200, seconds_a_call=0.1), FACTS.physics)) == []


def test_replica_size_follows_node_and_weights() -> None:
    l4, llama_70b = FACTS.gpus["l4"], FACTS.models["llama-3.1-70b"]
    # 141 GB of weights: 8 × 24 GB hold them, 4 do not.
    assert [one.gpus for one in replicas(llama_70b, l4, ServedCall(100, 70), FACTS.physics)] == [8]
    assert list(replicas(llama_70b, l4, ServedCall(100, 70), FACTS.physics, most_gpus=4)) == []


def test_adapters_share_one_base() -> None:
    h100, call = FACTS.gpus["h100"], ServedCall(1_000, 200)
    one, *_ = replicas(LLAMA, h100, call, FACTS.physics)
    twenty, *_ = replicas(LLAMA, h100, call, FACTS.physics, adapters=20)
    assert one.weights_gib < twenty.weights_gib < 1.5 * one.weights_gib
    assert twenty.gpus == one.gpus

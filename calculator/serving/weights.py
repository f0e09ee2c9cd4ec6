"""A model as an engine serves it: bytes and multiplications of its weights, and its cache, by precision."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pricing import ModelShape, WeightFormat

_BYTES: dict[WeightFormat, float] = {
    "16 bit": 2.0,
    "fp8": 1.0,
    "fp4": 0.5625,
    "mxfp4": 0.53125,
    "int4": 0.53,
    "int8": 1.0,
}
"""Bytes of a weight with its scales: one 8-bit scale for 16 (fp4) or 32 (mxfp4) weights, 16 bit for 128 (int4)."""


class ServedModel(NamedTuple):
    """The figures of a model in one precision that decide its speed."""

    layers: int
    hidden: int
    experts: int
    active_experts: int
    bytes: float
    """All weights that must be in memory."""
    shared_bytes: float
    """Weights that each step reads, whatever the batch."""
    expert_bytes: float
    """Weights of all routed experts."""
    shared_weights: float
    """Weights outside the experts that a token is multiplied with."""
    expert_weights: float
    """Weights of the routed experts that a token is multiplied with."""
    all_expert_weights: float
    head_weights: float
    """Weights of the output head, which only a generated token is multiplied with."""
    attention_width: float
    """Query width × attention layers without a window."""
    window_width: float
    """Query width × attention layers with a window."""
    window: int
    cache_bytes: float
    """Bytes of keys and values of one token in the layers without a window."""
    window_cache_bytes: float
    """Bytes of keys and values of one token in the layers with a window."""
    state_bytes: float
    """Bytes of fixed state of one call."""
    routed_width: float
    """Values that the experts of all layers read and write for a token, once."""
    narrow: WeightFormat

    def cached(self, context: float) -> float:
        """Return the bytes that a call of `context` tokens keeps in the cache."""
        return context * self.cache_bytes + min(context, self.window) * self.window_cache_bytes + self.state_bytes


@lru_cache(maxsize=4096)
def served_model(model: ModelShape, weights: WeightFormat, *, cache_bytes_per_value: float = 2.0) -> ServedModel:
    """Return a model's figures in one precision.

    Embeddings and head stay in 16 bit. In mxfp4, as gpt-oss is published, only the experts are in 4 bit.

    Args:
        model: The shape.
        weights: Format of the weights of the linear layers.
        cache_bytes_per_value: Bytes of one cached key or value.
    """
    with_mlp = model.layers if model.mlp_layers is None else model.mlp_layers
    mixture_layers = with_mlp - model.dense_layers if model.experts > 1 else 0
    mlp = model.mlp_matrices * model.hidden
    experts = 1.0 * (mixture_layers * model.experts * mlp * model.expert_ffn)
    experts = min(experts, 0.995 * model.block_parameters)
    shared = model.block_parameters - experts
    narrow = _BYTES[weights]
    outside = model.embedding_parameters + model.head_parameters + model.other_billion * 1e9
    shared_bytes = shared * (2.0 if weights == "mxfp4" and experts else narrow)
    head = 1.0 * (model.embedding_parameters)
    width, value_width = 1.0 * (model.query_width), 1.0 * (model.kv_width)
    if model.latent:
        cached = 1.0 * (model.latent.kv_rank + model.latent.position_dim)
        width = model.heads * (model.latent.plain_dim + model.latent.position_dim + model.latent.value_dim) / 2.0
    else:
        cached = 2.0 * value_width
    whole = model.attending_layers - model.window_layers
    linear = model.linear
    return ServedModel(
        layers=model.layers,
        hidden=model.hidden,
        experts=model.experts,
        active_experts=model.active_experts,
        bytes=shared_bytes + experts * narrow + 2.0 * outside,
        shared_bytes=shared_bytes + 2.0 * head,
        expert_bytes=experts * narrow,
        shared_weights=shared,
        expert_weights=experts * model.active_experts / model.experts,
        all_expert_weights=experts,
        head_weights=head,
        attention_width=width * whole,
        window_width=width * model.window_layers,
        window=model.window,
        cache_bytes=cached * whole * cache_bytes_per_value,
        window_cache_bytes=cached * model.window_layers * cache_bytes_per_value,
        state_bytes=4.0 * linear.layers * linear.state if linear else 0.0,
        routed_width=1.0 * (mixture_layers * model.active_experts * (model.hidden + model.expert_ffn)),
        narrow=weights,
    )

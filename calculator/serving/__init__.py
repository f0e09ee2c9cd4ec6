"""Serving throughput of a model on GPUs, fitted to published measurements (docs/serving.md)."""

from calculator.serving.replica import (
    GROUPS,
    Latency,
    Replica,
    ServingOptions,
    adapter_bytes,
    interactive_seconds,
    loaded_replica,
    replicas,
    served_host,
)
from calculator.serving.speed import Engine, Host, host_on, prefill_seconds, step_seconds, throughput_spread
from calculator.serving.throughput import CallShape, Throughput, cache_room, most_calls, throughput
from calculator.serving.weights import ServedModel, served_model

__all__ = [
    "GROUPS",
    "CallShape",
    "Engine",
    "Host",
    "Latency",
    "Replica",
    "ServedModel",
    "ServingOptions",
    "Throughput",
    "adapter_bytes",
    "cache_room",
    "host_on",
    "interactive_seconds",
    "loaded_replica",
    "most_calls",
    "prefill_seconds",
    "replicas",
    "served_host",
    "served_model",
    "step_seconds",
    "throughput",
    "throughput_spread",
]

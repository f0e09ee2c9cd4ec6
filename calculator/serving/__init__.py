"""Serving throughput of a model on GPUs."""

from calculator.serving.throughput import ReplicaThroughput, ServedCall, replicas

__all__ = ["ReplicaThroughput", "ServedCall", "replicas"]

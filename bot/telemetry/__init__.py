"""Seen from outside: metrics, logs, probes, the id of a request."""

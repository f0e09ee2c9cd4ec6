"""Actual amounts: typed, read from a bill, or read from the platform's billing API."""

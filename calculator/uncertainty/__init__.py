"""Uncertainty: samples, percentiles, sensitivity, and the causes of a difference."""

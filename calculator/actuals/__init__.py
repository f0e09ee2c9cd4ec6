"""Actual costs: their variance against the estimate and its causes."""

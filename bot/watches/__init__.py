"""Watched estimates: thresholds, what has changed since the last alert, and the alert itself."""

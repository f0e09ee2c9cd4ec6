"""The rules of watches: thresholds, the changes since the last alert, and the alert."""

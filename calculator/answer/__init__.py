"""The answer: usable options on equal periods, the recommended one, the verdict and its threshold."""

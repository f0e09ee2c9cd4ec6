"""The real bot in the real page, driven as a person would."""

"""The question: text by key, read into a scenario with numbers."""

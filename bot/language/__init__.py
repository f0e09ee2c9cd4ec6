"""Text that people type, read into a question."""

"""Answers that only the person who asks sees: help, the catalogue, their estimates."""

"""Modals: their views, and readers of their input."""

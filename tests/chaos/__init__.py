"""Processes that are killed while they work, and a Slack that fails at random."""

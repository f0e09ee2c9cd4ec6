"""The HTTP endpoints for Slack and for health probes, and the rate limit."""

"""The HTTP endpoints: Slack's requests, health probes, rate limits."""

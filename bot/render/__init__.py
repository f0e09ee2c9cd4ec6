"""Comparison -> what people and machines read. Pure; Slack's limits live here."""

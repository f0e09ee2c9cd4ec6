"""Slack's published rules for payloads: blocks, messages and views."""

"""Slack as the bot reaches it: calls, posts, files, hosts, and whose workspace it is."""

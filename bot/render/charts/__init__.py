"""Charts: one model of each, drawn as a Slack block or as a PNG."""

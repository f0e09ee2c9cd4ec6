"""The part of Slack's Web API that a bot calls."""

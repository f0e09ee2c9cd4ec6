"""The app's entry in Slack, as manifest.yml describes it. The playground shows the same."""

from __future__ import annotations

APP_NAME = "ftcost"
COMMANDS = (
    {
        "command": "/ftcost",
        "description": "Estimate what fine-tuning will cost",
        "usage_hint": "[help | models | price | list | show | watch | budget | actual | key=value …]",
    },
)
SHORTCUTS = (
    {"name": "Estimate fine-tuning", "type": "message", "callback_id": "ftcost_from_message"},
    {"name": "Should we fine-tune?", "type": "global", "callback_id": "ftcost_from_anywhere"},
)
MESSAGES_TAB = True
"""Whether people may write to the app directly."""
EXAMPLE = "/ftcost on=all examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"
"""A command line that an empty channel of the playground offers."""

"""Thin handlers: unpack what Slack sent, write work down, acknowledge."""

from bot.listeners import actuals, commands, datasets, estimates, home, installations, keys, mentions, submissions

__all__ = [
    "actuals",
    "commands",
    "datasets",
    "estimates",
    "home",
    "installations",
    "keys",
    "mentions",
    "submissions",
]

"""Thin handlers: unpack what Slack sent, write work down, acknowledge."""

from bot.listeners import actuals, commands, datasets, estimates, home, installations, keys, mentions, submissions
from bot.listeners.modals import Bot

__all__ = [
    "Bot",
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

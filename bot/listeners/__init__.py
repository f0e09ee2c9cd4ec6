"""The handlers of Slack's requests. Each unpacks a request, calls a use case or stores a job, and acknowledges."""

from bot.listeners import (
    actuals,
    assistant,
    cards,
    commands,
    datasets,
    estimates,
    home,
    installations,
    keys,
    mentions,
    menus,
    submissions,
)

__all__ = [
    "actuals",
    "assistant",
    "cards",
    "commands",
    "datasets",
    "estimates",
    "home",
    "installations",
    "keys",
    "mentions",
    "menus",
    "submissions",
]

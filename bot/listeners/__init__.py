"""Thin handlers: unpack what Slack sent, write work down, acknowledge."""

from bot.listeners import actions, actuals, commands, files, home, keys, mentions, removal, submissions
from bot.listeners.context import Bot

__all__ = ["Bot", "actions", "actuals", "commands", "files", "home", "keys", "mentions", "removal", "submissions"]

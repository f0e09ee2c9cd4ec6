"""Thin handlers: unpack what Slack sent, write work down, acknowledge."""

<<<<<<< HEAD
from bot.listeners import actions, commands, files, home, mentions, removal, submissions
from bot.listeners.context import Bot

__all__ = ["Bot", "actions", "commands", "files", "home", "mentions", "removal", "submissions"]
=======
from bot.listeners import actions, actuals, commands, files, keys, mentions, removal, submissions
from bot.listeners.context import Bot

__all__ = ["Bot", "actions", "actuals", "commands", "files", "keys", "mentions", "removal", "submissions"]
>>>>>>> main

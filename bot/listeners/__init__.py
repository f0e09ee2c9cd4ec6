"""Thin handlers: unpack what Slack sent, write work down, acknowledge."""

from bot.listeners import actions, commands, files, home, mentions, removal, submissions
from bot.listeners.context import Bot

__all__ = ["Bot", "actions", "commands", "files", "home", "mentions", "removal", "submissions"]

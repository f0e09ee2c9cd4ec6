"""An empty database of each kind."""

from tests.bot.databases import database, url

__all__ = ["database", "url"]

"""An empty database of each kind."""

from tests.bot.database_fixtures import database, url

__all__ = ["database", "url"]

"""What must outlive the process: estimates and accepted work. SQLAlchemy, async; a SQLite file by default."""

from bot.store.database import Database, open_database
from bot.store.estimates import EstimateStore, SavedEstimate, new_estimate_id
from bot.store.inbox import Inbox, Job

__all__ = ["Database", "EstimateStore", "Inbox", "Job", "SavedEstimate", "new_estimate_id", "open_database"]

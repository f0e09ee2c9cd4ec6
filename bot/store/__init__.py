"""What must outlive the process: estimates, watches, refreshed prices, accepted work, and who changed what. SQLAlchemy,
async; a SQLite file or PostgreSQL.
"""

from bot.store.actuals import ActualStore, Recorded, newest
from bot.store.audit import Audit, Change, Entry
from bot.store.budgets import WHOLE_WORKSPACE, Approval, Budget, BudgetStore
from bot.store.counts import Count, CountStore
from bot.store.database import Database, DatabaseUnavailable, database_address, open_database
from bot.store.estimates import ID_LENGTH, EstimateStore, SavedEstimate, new_estimate_id
from bot.store.inbox import Backlog, Inbox, Job
from bot.store.installations import Installations, read_keys
from bot.store.preferences import PreferenceStore
from bot.store.provider_keys import KeyInfo, ProviderKeys
from bot.store.refreshed import Refreshed, RefreshedStore
from bot.store.watches import Watch, WatchStore

__all__ = [
    "ID_LENGTH",
    "WHOLE_WORKSPACE",
    "ActualStore",
    "Approval",
    "Audit",
    "Backlog",
    "Budget",
    "BudgetStore",
    "Change",
    "Count",
    "CountStore",
    "Database",
    "DatabaseUnavailable",
    "Entry",
    "EstimateStore",
    "Inbox",
    "Installations",
    "Job",
    "KeyInfo",
    "PreferenceStore",
    "ProviderKeys",
    "Recorded",
    "Refreshed",
    "RefreshedStore",
    "SavedEstimate",
    "Watch",
    "WatchStore",
    "database_address",
    "new_estimate_id",
    "newest",
    "open_database",
    "read_keys",
]

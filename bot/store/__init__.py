"""Everything that outlives the process, in an SQLite file or in PostgreSQL."""

from bot.store.actuals import ActualStore, RecordedActual, newest
from bot.store.audit import Audit, AuditChange, AuditEntry
from bot.store.budgets import WHOLE_WORKSPACE, Approval, Budget, BudgetStore
from bot.store.database import Database, DatabaseUnavailable, SqliteDatabase, database_address, open_database
from bot.store.datasets import DatasetRun, DatasetRunStore
from bot.store.defaults import DefaultsStore
from bot.store.estimates import ID_LENGTH, EstimateStore, SavedEstimate, new_estimate_id
from bot.store.installations import Installations, UnreadableToken, read_keys
from bot.store.keys import KeyInfo, PlatformKeyStore
from bot.store.messages import ThreadMessageStore
from bot.store.personal_data import PersonalData, Retention
from bot.store.refreshed_prices import RefreshedPrices, RefreshedPriceStore
from bot.store.tables import KEEP_FINISHED
from bot.store.watches import Watch, WatchStore

__all__ = [
    "ID_LENGTH",
    "KEEP_FINISHED",
    "WHOLE_WORKSPACE",
    "ActualStore",
    "Approval",
    "Audit",
    "AuditChange",
    "AuditEntry",
    "Budget",
    "BudgetStore",
    "Database",
    "DatabaseUnavailable",
    "DatasetRun",
    "DatasetRunStore",
    "DefaultsStore",
    "EstimateStore",
    "Installations",
    "KeyInfo",
    "PersonalData",
    "PlatformKeyStore",
    "RecordedActual",
    "RefreshedPriceStore",
    "RefreshedPrices",
    "Retention",
    "SavedEstimate",
    "SqliteDatabase",
    "ThreadMessageStore",
    "UnreadableToken",
    "Watch",
    "WatchStore",
    "database_address",
    "new_estimate_id",
    "newest",
    "open_database",
    "read_keys",
]

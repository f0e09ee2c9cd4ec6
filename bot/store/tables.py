"""The tables. Times are UTC."""

from __future__ import annotations

import zlib
from datetime import timedelta

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    func,
    text,
)

metadata = MetaData()

KEEP_FINISHED = timedelta(days=2)
"""How long finished jobs and dataset runs are kept. Slack redelivers for an hour at most, so a late duplicate still
meets its idempotency key.
"""


class Compressed(TypeDecorator[bytes]):
    """Bytes of some hundred kilobytes that repeat themselves: a tenth of them is stored."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.decompress(value)


estimates = Table(
    "estimates",
    metadata,
    # The order of arrival, which a clock does not promise.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(16), nullable=False, unique=True),
    Column("team_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("channel_id", String(32)),
    Column("thread_ts", String(32)),
    Column("message_ts", String(32)),
    Column("edit_of", String(16)),
    Column("name", String(80)),
    Column("fields", JSON, nullable=False),
    Column("result", Compressed, nullable=False),  # JSON
    Column("as_of", String(10), nullable=False),
    Column("catalog_version", String(40), nullable=False),
    Column("posted", Integer, nullable=False, default=0),
    Column("created_at", DateTime, nullable=False),
    Index("estimates_by_thread", "team_id", "channel_id", "thread_ts", "number"),
    Index("estimates_by_user", "team_id", "user_id", "number"),
)

# Replicas of two versions share the tables during an update, so a column keeps its name in the database.
jobs = Table(
    "inbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), key="idempotency_key", nullable=False, unique=True),
    Column("kind", String(40), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(10), nullable=False),  # waiting (with a lease: running), done, failed
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", DateTime, nullable=False),
    Column("team_id", String(32)),
    Column("lane", String(300), key="ordering_key", nullable=False),
    Column("owner", String(40)),  # the process that last claimed or accepted it
    Column("lease_until", DateTime),
    Column("not_before", DateTime),  # a retry waits until then
    Column("rate_limited", Integer, nullable=False, default=0, server_default="0"),  # attempts that don't count
    Column("posted", Integer, key="replies_posted", nullable=False, default=0, server_default="0"),
    Column("told_at", DateTime, key="overdue_notice_at"),
    Column("user_id", String(32)),
    Column("channel_id", String(32)),
)
# PostgreSQL's index is written as text: `postgresql_where` would import its dialect, which SQLite doesn't need.
Index("inbox_unfinished", jobs.c.ordering_key, jobs.c.number, sqlite_where=text("state = 'waiting'")).ddl_if(
    dialect="sqlite"
)
_UNFINISHED = "CREATE INDEX inbox_unfinished ON inbox (lane, number) WHERE state = 'waiting'"
event.listen(jobs, "after_create", DDL(_UNFINISHED).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]

watches = Table(
    "watches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("estimate_id", String(16), nullable=False),
    Column("user_id", String(32), nullable=False),  # gets the alerts if the thread is gone
    Column("over", String(40), nullable=False),  # the threshold, such as 5% or $50
    Column("told", JSON, nullable=False),  # the state at the last report, so that a change is reported once
    Column("alerts", Integer, nullable=False),  # the number of alerts
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("team_id", "estimate_id", name="watches_by_estimate"),
    Index("watches_by_user", "team_id", "user_id", "number"),
)

# One row: what the last refresh of prices wrote, for every replica.
refreshed_prices = Table(
    "refreshed_prices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("refreshed_on", String(10), nullable=False),
    Column("files", Compressed, nullable=False),  # JSON
)

actuals = Table(
    "actuals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the latest row of a month and part applies
    Column("team_id", String(32), nullable=False),
    Column("estimate_id", String(16), nullable=False),
    Column("offer", String(200), nullable=False),
    Column("month", String(7), nullable=False),
    Column("part", String(20), nullable=False),
    Column("usd", String(60), nullable=False),  # exact; numbers are not on every database
    Column("through", String(10), nullable=False),
    Column("usage", JSON, nullable=False),
    Column("source", String(40), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("job_key", String(200), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Index("actuals_by_estimate", "team_id", "estimate_id", "number"),
    Index("actuals_by_job", "team_id", "job_key"),
)

provider_keys = Table(
    "provider_keys",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("platform", String(20), nullable=False),
    Column("secret", Text, nullable=False),  # encrypted
    Column("hint", String(8), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("created_at", DateTime, nullable=False),
    UniqueConstraint("team_id", "platform", name="provider_keys_once"),
)

counts = Table(
    "counts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),  # of the job
    Column("team_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    Column("message_ts", String(32), nullable=False),
    Column("cancelled_at", DateTime),
    Column("ended_at", DateTime),
    Column("created_at", DateTime, nullable=False),
    Index("counts_by_thread", "team_id", "channel_id", "thread_ts"),
)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("thread_ts", String(32), nullable=False),
    Column("message_ts", String(32), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Index("messages_by_thread", "team_id", "channel_id", "thread_ts"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("team_id", String(32), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index("audit_by_team", "team_id", "number"),
)

workspace_defaults = Table(
    "preferences",
    metadata,
    Column("team_id", String(32), primary_key=True),
    Column("fields", JSON, nullable=False),
)

budgets = Table(
    "budgets",
    metadata,
    Column("team_id", String(32), primary_key=True),
    Column("channel_id", String(32), primary_key=True),  # empty for the whole workspace
    Column("amount", String(40), nullable=False),
    Column("approvers", JSON, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("team_id", String(32), primary_key=True),
    Column("estimate_id", String(16), primary_key=True),
    Column("asked_by", String(32), nullable=False),
    Column("budget", Text, nullable=False),
    Column("estimated", Text, nullable=False),
    Column("approvers", JSON, nullable=False),
    Column("decision", String(10)),
    Column("decided_by", String(32)),
    Column("decided_at", DateTime),
)


# The tables of slack_sdk's stores, with room for encrypted tokens and each workspace's address. They are written out
# because slack_sdk's own definitions import SQLAlchemy's ORM; a test compares the columns.
bots = Table(
    "slack_bots",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String(32), nullable=False),
    Column("app_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("enterprise_name", String(200)),
    Column("team_id", String(32)),
    Column("team_name", String(200)),
    Column("bot_token", Text),
    Column("bot_id", String(32)),
    Column("bot_user_id", String(32)),
    Column("bot_scopes", String(1000)),
    Column("bot_refresh_token", Text),
    Column("bot_token_expires_at", DateTime),
    Column("is_enterprise_install", Boolean, default=False, nullable=False),
    Column("installed_at", DateTime, nullable=False, default=func.now()),
    Column("team_url", String(200)),
    Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),
)

installations = Table(
    "slack_installations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", String(32), nullable=False),
    Column("app_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("enterprise_name", String(200)),
    Column("enterprise_url", String(200)),
    Column("team_id", String(32)),
    Column("team_name", String(200)),
    Column("bot_token", Text),
    Column("bot_id", String(32)),
    Column("bot_user_id", String(32)),
    Column("bot_scopes", String(1000)),
    Column("bot_refresh_token", Text),
    Column("bot_token_expires_at", DateTime),
    Column("user_id", String(32), nullable=False),
    Column("user_token", Text),
    Column("user_scopes", String(1000)),
    Column("user_refresh_token", Text),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", String(200)),
    Column("incoming_webhook_channel", String(200)),
    Column("incoming_webhook_channel_id", String(200)),
    Column("incoming_webhook_configuration_url", String(200)),
    Column("is_enterprise_install", Boolean, default=False, nullable=False),
    Column("token_type", String(32)),
    Column("installed_at", DateTime, nullable=False, default=func.now()),
    Column("team_url", String(200)),
    Index("slack_installations_idx", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
)

"""Estimates and accepted work, as they were before there were migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "estimates",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(16), nullable=False, unique=True),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("channel_id", sa.String(32)),
        sa.Column("thread_ts", sa.String(32)),
        sa.Column("message_ts", sa.String(32)),
        sa.Column("edit_of", sa.String(16)),
        sa.Column("name", sa.String(80)),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("result", sa.LargeBinary, nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("catalog_version", sa.String(40), nullable=False),
        sa.Column("posted", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("estimates_by_thread", "estimates", ["team_id", "channel_id", "thread_ts", "number"])
    op.create_index("estimates_by_user", "estimates", ["team_id", "user_id", "number"])
    op.create_table(
        "inbox",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(200), nullable=False, unique=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("inbox_by_state", "inbox", ["state", "number"])

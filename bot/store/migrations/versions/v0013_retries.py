"""A retry waits without a place: when it may start, and how many attempts ended at Slack's rate limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("not_before", sa.DateTime))
    op.add_column("inbox", sa.Column("rate_limited", sa.Integer, nullable=False, server_default="0"))
    op.drop_index("inbox_by_state", "inbox")
    op.drop_index("inbox_by_lane", "inbox")
    is_unfinished = sa.text("state = 'waiting'")
    op.create_index(
        "inbox_unfinished",
        "inbox",
        ["lane", "number"],
        sqlite_where=is_unfinished,
        postgresql_where=is_unfinished,
    )

"""Watched estimates, with what was last told of each; and the prices of the last refresh, for every replica."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("estimate_id", sa.String(16), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("over", sa.String(40), nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("alerts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("team_id", "estimate_id", name="watches_by_estimate"),
    )
    op.create_index("watches_by_user", "watches", ["team_id", "user_id", "number"])
    op.create_table(
        "refreshed_prices",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("refreshed_on", sa.String(10), nullable=False),
        sa.Column("files", sa.LargeBinary, nullable=False),
    )

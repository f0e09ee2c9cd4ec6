"""What a workspace has settled for its estimates, its budgets, and what was decided about estimates above them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("team_id", sa.String(32), primary_key=True),
        sa.Column("fields", sa.JSON, nullable=False),
    )
    op.create_table(
        "budgets",
        sa.Column("team_id", sa.String(32), primary_key=True),
        sa.Column("channel_id", sa.String(32), primary_key=True),
        sa.Column("amount", sa.String(40), nullable=False),
        sa.Column("approvers", sa.JSON, nullable=False),
    )
    op.create_table(
        "approvals",
        sa.Column("team_id", sa.String(32), primary_key=True),
        sa.Column("estimate_id", sa.String(16), primary_key=True),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("budget", sa.Text, nullable=False),
        sa.Column("estimated", sa.Text, nullable=False),
        sa.Column("approvers", sa.JSON, nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", sa.DateTime),
    )

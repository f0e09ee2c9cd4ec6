"""What was actually paid, and the keys by which platforms are asked for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "actuals",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("estimate_id", sa.String(16), nullable=False),
        sa.Column("offer", sa.String(200), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("usd", sa.String(60), nullable=False),
        sa.Column("through", sa.String(10), nullable=False),
        sa.Column("usage", sa.JSON, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("job_key", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("actuals_by_estimate", "actuals", ["team_id", "estimate_id", "number"])
    op.create_index("actuals_by_job", "actuals", ["team_id", "job_key"])
    op.create_table(
        "provider_keys",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("hint", sa.String(8), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("team_id", "platform", name="provider_keys_once"),
    )

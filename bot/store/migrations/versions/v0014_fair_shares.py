"""Whose job it is, so that no person and no channel holds all places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("user_id", sa.String(32)))
    op.add_column("inbox", sa.Column("channel_id", sa.String(32)))

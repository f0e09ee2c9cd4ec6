"""A job remembers how many of its replies stand, so that one that was cut off is completed and not repeated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("posted", sa.Integer, nullable=False, server_default="0"))

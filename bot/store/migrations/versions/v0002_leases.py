"""Accepted work is shared by replicas: who works on it, until when, and what it must not overtake."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("team_id", sa.String(32)))
    op.add_column("inbox", sa.Column("lane", sa.String(300), nullable=False, server_default=""))
    op.add_column("inbox", sa.Column("owner", sa.String(40)))
    op.add_column("inbox", sa.Column("lease_until", sa.DateTime))
    op.add_column("inbox", sa.Column("told_at", sa.DateTime))
    _fill()
    op.create_index("inbox_by_lane", "inbox", ["lane", "state", "number"])


def _fill() -> None:
    inbox = sa.table("inbox", *(sa.column(name) for name in ("number", "key", "payload", "team_id", "lane")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(inbox.c.number, inbox.c.key, inbox.c.payload)).all():
        payload = row.payload if isinstance(row.payload, dict) else json.loads(row.payload)
        thread_ts = payload.get("thread_ts")
        lane = f"{payload.get('channel')}/{thread_ts}" if thread_ts else row.key
        values = {"lane": lane, "team_id": payload.get("team")}
        connection.execute(sa.update(inbox).where(inbox.c.number == row.number).values(**values))

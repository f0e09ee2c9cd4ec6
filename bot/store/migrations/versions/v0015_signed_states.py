"""The states of installations are signed and no longer stored. The table stays, for replicas of the version before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("slack_oauth_states"):
        op.execute("DELETE FROM slack_oauth_states")

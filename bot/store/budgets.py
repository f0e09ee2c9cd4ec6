"""Budgets of channels and workspaces, and the decisions of their approvers. Every change is in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.estimates import ESTIMATE_ID
from bot.store.tables import approvals, budgets

WHOLE_WORKSPACE = ""


@dataclass(frozen=True)
class Budget:
    """The budget of a channel, or of a whole workspace."""

    team_id: str
    channel_id: str
    """WHOLE_WORKSPACE for the budget of all channels."""
    amount: str
    """The limit as people write it, such as `5000` or `500/month`; `bot.workspace.budgets` reads it."""
    approvers: tuple[str, ...]


@dataclass(frozen=True)
class Approval:
    """A request to approve an estimate above its budget."""

    team_id: str
    estimate_id: str
    asked_by: str
    budget: str
    estimated: str
    approvers: tuple[str, ...]
    decision: str | None = None
    """`approved`, `declined`, or None while it is open."""
    decided_by: str | None = None
    decided_at: datetime | None = None


class BudgetStore:
    """Budgets and approvals by workspace."""

    def __init__(self, database: Database, audit: Audit, now: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    async def of(self, team_id: str, channel_id: str) -> Budget | None:
        """Return the budget of a channel, else that of its workspace; None if neither has one."""
        where = (budgets.c.team_id == team_id, budgets.c.channel_id.in_((channel_id, WHOLE_WORKSPACE)))
        rows = await self._database.fetch_all(select(budgets).where(*where))
        by_channel = {row.channel_id: row for row in rows}
        row = by_channel.get(channel_id) or by_channel.get(WHOLE_WORKSPACE)
        return _budget(row) if row else None

    async def set(self, budget: Budget, user_id: str) -> None:
        """Set a budget; one without an amount is removed."""
        where = (budgets.c.team_id == budget.team_id, budgets.c.channel_id == budget.channel_id)

        def replace(connection: Connection) -> None:
            row = connection.execute(select(budgets).where(*where)).first()
            connection.execute(delete(budgets).where(*where))
            if budget.amount:
                values = {
                    "team_id": budget.team_id,
                    "channel_id": budget.channel_id,
                    "amount": budget.amount,
                    "approvers": list(budget.approvers),
                }
                connection.execute(insert(budgets).values(**values))
            change = AuditChange(
                budget.team_id,
                user_id,
                what=f"budget of {budget.channel_id or 'the workspace'}",
                before=_text(_budget(row)) if row else None,
                after=_text(budget) if budget.amount else None,
            )
            self._audit.add(connection, change)

        await self._database.write(replace)

    async def ask(self, approval: Approval) -> None:
        """Record a request for approval. A second request for the same estimate changes nothing."""
        row = {
            "team_id": approval.team_id,
            "estimate_id": approval.estimate_id,
            "asked_by": approval.asked_by,
            "budget": approval.budget,
            "estimated": approval.estimated,
            "approvers": list(approval.approvers),
        }
        try:
            await self._database.execute(insert(approvals).values(**row))
        except IntegrityError:
            return

    async def approval(self, estimate_id: str, *, team_id: str) -> Approval | None:
        """Return the request for an estimate; None if there is none.

        Args:
            estimate_id: Any text: it comes from buttons.
            team_id: The workspace.
        """
        if not ESTIMATE_ID.fullmatch(estimate_id):
            return None
        where = (approvals.c.team_id == team_id, approvals.c.estimate_id == estimate_id)
        row = await self._database.fetch_first(select(approvals).where(*where))
        return _approval(row) if row else None

    async def decide(self, approval: Approval, user_id: str, decision: str) -> bool:
        """Record a decision. Return False if there was one already."""
        undecided = (
            approvals.c.team_id == approval.team_id,
            approvals.c.estimate_id == approval.estimate_id,
            approvals.c.decision.is_(None),
        )
        values = {"decision": decision, "decided_by": user_id, "decided_at": self._now()}
        change = AuditChange(
            approval.team_id,
            user_id,
            what=f"estimate {approval.estimate_id} above its budget of {approval.budget}",
            before=f"{approval.estimated}, asked by {approval.asked_by}",
            after=decision,
        )

        def record(connection: Connection) -> bool:
            if connection.execute(update(approvals).where(*undecided).values(**values)).rowcount == 0:
                return False
            self._audit.add(connection, change)
            return True

        return await self._database.write(record)


def _text(budget: Budget) -> str:
    return f"{budget.amount} USD, approved by {', '.join(budget.approvers) or 'nobody'}"


def _budget(row: Row[tuple[object, ...]]) -> Budget:
    return Budget(row.team_id, row.channel_id, row.amount, tuple(row.approvers))


def _approval(row: Row[tuple[object, ...]]) -> Approval:
    people: Sequence[str] = row.approvers
    return Approval(**{**row._mapping, "approvers": tuple(people)})

"""Budgets of channels and workspaces, and what their approvers decided. Every change is in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.audit import Audit, AuditChange
from bot.store.database import Database
from bot.store.estimates import ESTIMATE_ID
from bot.store.tables import approvals, budgets

WHOLE_WORKSPACE = ""


@dataclass(frozen=True)
class Budget:
    """`amount` as `bot.budgets` reads it, such as `5000` or `500/month`; `channel_id` is WHOLE_WORKSPACE for all."""

    team_id: str
    channel_id: str
    amount: str
    approvers: tuple[str, ...]


@dataclass(frozen=True)
class Approval:
    """A request to approve an estimate above its budget. `decision` is None, `approved` or `declined`."""

    team_id: str
    estimate_id: str
    asked_by: str
    budget: str
    estimated: str
    approvers: tuple[str, ...]
    decision: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


class BudgetStore:
    """Budgets and approvals by workspace."""

    def __init__(self, database: Database, audit: Audit, now: Callable[[], datetime]) -> None:
        self._database = database
        self._audit = audit
        self._now = now

    async def of(self, team_id: str, channel_id: str) -> Budget | None:
        """The channel's own budget, else the workspace's."""
        where = (budgets.c.team_id == team_id, budgets.c.channel_id.in_((channel_id, WHOLE_WORKSPACE)))
        async with self._database.engine.connect() as connection:
            found = (await connection.execute(select(budgets).where(*where))).all()
        rows = sorted(found, key=lambda row: row.channel_id == WHOLE_WORKSPACE)
        return _budget(rows[0]) if rows else None

    async def set(self, budget: Budget, user_id: str) -> None:
        """Set a budget; one without an amount is removed."""
        where = (budgets.c.team_id == budget.team_id, budgets.c.channel_id == budget.channel_id)
        async with self._database.begin() as connection:
            row = (await connection.execute(select(budgets).where(*where))).first()
            before = _budget(row) if row else None
            await connection.execute(delete(budgets).where(*where))
            if budget.amount:
                values = {
                    "team_id": budget.team_id,
                    "channel_id": budget.channel_id,
                    "amount": budget.amount,
                    "approvers": list(budget.approvers),
                }
                await connection.execute(insert(budgets).values(**values))
            what = f"budget of {budget.channel_id or 'the workspace'}"
            after = _said(budget) if budget.amount else None
            change = AuditChange(budget.team_id, user_id, what, _said(before) if before else None, after)
            await self._audit.write(change, within=connection)

    async def ask(self, approval: Approval) -> None:
        """Write a request down. Asking again for the same estimate changes nothing."""
        row = {
            "team_id": approval.team_id,
            "estimate_id": approval.estimate_id,
            "asked_by": approval.asked_by,
            "budget": approval.budget,
            "estimated": approval.estimated,
            "approvers": list(approval.approvers),
        }
        try:
            await self._database.do(insert(approvals).values(**row))
        except IntegrityError:
            return

    async def approval(self, estimate_id: str, *, team_id: str) -> Approval | None:
        """None where nothing was asked for, whatever `estimate_id` is: it comes from buttons."""
        if not ESTIMATE_ID.fullmatch(estimate_id):
            return None
        where = (approvals.c.team_id == team_id, approvals.c.estimate_id == estimate_id)
        async with self._database.engine.connect() as connection:
            row = (await connection.execute(select(approvals).where(*where))).first()
        return _approval(row) if row else None

    async def decide(self, approval: Approval, user_id: str, decision: str) -> bool:
        """Write a decision down. False where somebody decided before."""
        undecided = (
            approvals.c.team_id == approval.team_id,
            approvals.c.estimate_id == approval.estimate_id,
            approvals.c.decision.is_(None),
        )
        values = {"decision": decision, "decided_by": user_id, "decided_at": self._now()}
        async with self._database.begin() as connection:
            done = await connection.execute(
                update(approvals).where(*undecided).values(**values).returning(approvals.c.estimate_id)
            )
            if done.first() is None:
                return False
            what = f"estimate {approval.estimate_id} above its budget of {approval.budget}"
            change = AuditChange(
                approval.team_id, user_id, what, f"{approval.estimated}, asked by {approval.asked_by}", decision
            )
            await self._audit.write(change, within=connection)
        return True


def _said(budget: Budget) -> str:
    return f"{budget.amount} USD, approved by {', '.join(budget.approvers) or 'nobody'}"


def _budget(row: Row[tuple[object, ...]]) -> Budget:
    return Budget(row.team_id, row.channel_id, row.amount, tuple(row.approvers))


def _approval(row: Row[tuple[object, ...]]) -> Approval:
    people: Sequence[str] = row.approvers
    return Approval(**{**row._mapping, "approvers": tuple(people)})

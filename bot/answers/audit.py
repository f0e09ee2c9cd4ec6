"""The page of the audit log: the changes of a workspace's defaults, budgets and keys, and the users who made them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.parts.escaping import clip
from bot.render.parts.page import TextPage
from bot.render.parts.short import full_day
from bot.render.parts.tables import Align, Table
from bot.store import AuditEntry

MAX_CELL = 80
"""The length of a cell, in characters."""
HEADER = ("UTC", "Who", "What", "Before → after")


def audit_page(entries: Sequence[AuditEntry]) -> TextPage:
    """Return the page of the audit log.

    Args:
        entries: The entries, newest first.
    """
    if not entries:
        return TextPage("Audit log", ("No change has been recorded in this workspace yet.",))
    rows = tuple(_row(entry) for entry in entries)
    align: tuple[Align, ...] = tuple("left" for _ in HEADER)
    return TextPage("Audit log", (), Table(HEADER, align, rows, ids=True), ("Newest first.",))


def _row(entry: AuditEntry) -> tuple[str, ...]:
    subject, old_value, new_value = (clip(text or "–", MAX_CELL) for text in (entry.what, entry.before, entry.after))
    return (f"{full_day(entry.at)}, {entry.at:%H:%M}", entry.user_id, subject, f"{old_value} → {new_value}")

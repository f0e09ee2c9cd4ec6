"""The audit log as a page: who changed which setting of a workspace."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.escaping import clip
from bot.render.page import TextPage
from bot.render.tables import Align, Table
from bot.store import AuditEntry

CELL = 80
"""The longest text of a cell, in characters."""
HEADER = ("UTC", "Who", "What", "Before → after")


def audit_page(entries: Sequence[AuditEntry]) -> TextPage:
    """Return the page of the entries, the newest first."""
    if not entries:
        return TextPage("Audit log", ("No setting of this workspace has been changed yet.",))
    rows = tuple(_row(entry) for entry in entries)
    align: tuple[Align, ...] = tuple("left" for _ in HEADER)
    return TextPage("Audit log", (), Table(HEADER, align, rows, ids=True), ("The newest first.",))


def _row(entry: AuditEntry) -> tuple[str, ...]:
    what, before, after = (clip(text or "–", CELL) for text in (entry.what, entry.before, entry.after))
    return (f"{entry.at:%Y-%m-%d %H:%M}", entry.user_id, what, f"{before} → {after}")

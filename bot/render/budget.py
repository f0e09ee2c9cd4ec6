"""A request to approve an estimate above its budget, and what was decided."""

from __future__ import annotations

from bot.render.blocks import Block, SlackMessage, escape, section
from bot.store import Approval

APPROVE, DECLINE = "budget_approve", "budget_decline"


def approval_request(approval: Approval) -> SlackMessage:
    """The request with its buttons, or the decision in their place."""
    what = f"*Above the budget of {escape(approval.budget)}.* {escape(approval.estimated)}."
    if approval.decision is None:
        blocks = [
            section(f"{what}\n{people(approval)}: approve it?"),
            {
                "type": "actions",
                "elements": [
                    _button("Approve", APPROVE, approval, "primary"),
                    _button("Decline", DECLINE, approval, "danger"),
                ],
            },
        ]
        return SlackMessage(f"Above the budget of {escape(approval.budget)}: approval is asked for.", blocks)
    return SlackMessage(decided(approval), [section(f"{what}\n{decided(approval)}")])


def decided(approval: Approval) -> str:
    """`Approved by @robin on 2026-11-21 at 12:00 UTC.`"""
    when = f"{approval.decided_at:%Y-%m-%d at %H:%M} UTC" if approval.decided_at else ""
    return f"{(approval.decision or '').capitalize()} by <@{escape(approval.decided_by or '')}> on {when}."


def people(approval: Approval) -> str:
    return ", ".join(f"<@{escape(user)}>" for user in approval.approvers)


def _button(text: str, action_id: str, approval: Approval, style: str) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": text},
        "value": approval.estimate_id,
        "style": style,
    }

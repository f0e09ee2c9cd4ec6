"""A request to approve an estimate above its budget, and what was decided."""

from __future__ import annotations

from bot.render.blocks import Block, SlackMessage, section, text_message
from bot.render.escaping import escape
from bot.store import Approval

APPROVE, DECLINE = "budget_approve", "budget_decline"


def approval_request(approval: Approval, *, elsewhere: bool = False) -> SlackMessage:
    """The request with its buttons, or the decision in their place. `elsewhere`: the approvers do not read here, and
    are asked where they do.
    """
    what = f"*Above the budget of {escape(approval.budget)}.* {escape(approval.estimated)}."
    if approval.decision is not None:
        return SlackMessage(decided(approval), [section(f"{what}\n{decided(approval)}")])
    text = f"Above the budget of {escape(approval.budget)}: approval is asked for."
    if elsewhere:
        return SlackMessage(text, [section(f"{what}\nAsked in a direct message: {people(approval)}.")])
    buttons = [_button("Approve", APPROVE, approval, "primary"), _button("Decline", DECLINE, approval, "danger")]
    blocks = [section(f"{what}\n{people(approval)}: approve it?"), {"type": "actions", "elements": buttons}]
    return SlackMessage(text, blocks)


def direct_request(approval: Approval, question: str) -> SlackMessage:
    """The request for somebody who does not read the estimate's thread."""
    about = section(f"<@{escape(approval.asked_by)}> asks for an estimate to be approved: {escape(question)}")
    message = approval_request(approval)
    return message._replace(blocks=[about, *message.blocks])


def asked_here() -> SlackMessage:
    """Said to an approver alone, beside the request in the thread."""
    return text_message("You are asked to approve an estimate in this thread.")


def still_approved(approval: Approval) -> SlackMessage:
    """Said of a change that costs no more than what was approved."""
    return text_message(f"No new approval is needed: it costs no more than what was approved. {decided(approval)}")


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

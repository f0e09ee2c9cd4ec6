"""Messages about the approval of an estimate above its budget."""

from __future__ import annotations

from bot.render.parts.blocks import SlackMessage, button, section, text_message
from bot.render.parts.escaping import escape
from bot.render.parts.short import full_day
from bot.store import Approval

APPROVE, DECLINE = "budget_approve", "budget_decline"
NO_APPROVERS = "The budget no longer has an approver"
SUPERSEDED = "superseded"
"""The decision on a request whose estimate was changed."""


def approval_request(approval: Approval, *, elsewhere: bool = False) -> SlackMessage:
    """Return the request with its buttons, or the decision in their place.

    Args:
        approval: The request.
        elsewhere: The approvers can't read this thread and are asked in a direct message.
    """
    summary = f"*Above the budget of {escape(approval.budget)}.* {escape(approval.estimated)}."
    if approval.decision is not None:
        return SlackMessage(decision_text(approval), [section(f"{summary}\n{decision_text(approval)}")])
    text = f"Above the budget of {escape(approval.budget)}: it needs approval."
    if elsewhere:
        return SlackMessage(text, [section(f"{summary}\nAsked in a direct message: {approver_mentions(approval)}.")])
    buttons = [
        button("Approve", APPROVE, approval.estimate_id, "primary"),
        button("Decline", DECLINE, approval.estimate_id, "danger"),
    ]
    question = f"{approver_mentions(approval)}: approve it?"
    if not approval.approvers:
        question = f"{NO_APPROVERS}, so {approver_mentions(approval)} can decide: approve it?"
    blocks = [section(f"{summary}\n{question}"), {"type": "actions", "elements": buttons}]
    return SlackMessage(text, blocks)


def direct_request(approval: Approval, question: str) -> SlackMessage:
    """Return the request for an approver who can't read the estimate's thread."""
    intro = section(f"<@{escape(approval.asked_by)}> asks you to approve an estimate: {escape(question)}")
    message = approval_request(approval)
    return message._replace(blocks=[intro, *message.blocks])


def approver_notice() -> SlackMessage:
    """Return the notice that only an approver sees, in the thread of the request."""
    return text_message("An estimate in this thread needs your approval.")


def approval_holds(approval: Approval) -> SlackMessage:
    """Return the message on a change that costs no more than the approved estimate."""
    return text_message(
        f"No new approval is needed: it costs no more than the approved estimate. {decision_text(approval)}"
    )


def unreachable_notice() -> SlackMessage:
    """Return the notice to an asker whose approvers are no longer in Slack."""
    return text_message(
        "The approvers are no longer in Slack. An admin of this workspace can choose others with "
        "`/ftcost budget`; then ask again."
    )


def decision_text(approval: Approval) -> str:
    """Return `Approved by @robin on 21 Nov 2026 at 12:00 UTC.`"""
    if approval.decision == SUPERSEDED:
        return "Closed: the estimate was changed after this request."
    time = f"{full_day(approval.decided_at)} at {approval.decided_at:%H:%M} UTC" if approval.decided_at else ""
    return f"{(approval.decision or '').capitalize()} by <@{escape(approval.decided_by or '')}> on {time}."


def approver_mentions(approval: Approval) -> str:
    """Return the approvers as Slack mentions; an admin decides if none is left."""
    return ", ".join(f"<@{escape(user)}>" for user in approval.approvers) or "an admin of this workspace"

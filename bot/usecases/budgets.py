"""Setting and removing budgets."""

from __future__ import annotations

from dataclasses import replace

from bot.forms.defaults import AMOUNT, APPROVERS
from bot.services import Services
from bot.slack.request import ViewRequest
from bot.store import Budget
from bot.workspace.budgets import limit_text, read_limit
from calculator import FieldErrors, UserError

APPROVERS_MISSING = (
    "Choose the users who may approve estimates above the budget, or leave the amount empty for no budget."
)


async def set_budget(services: Services, request: ViewRequest, budget: Budget) -> None:
    """Set the budget of a channel or a workspace; an empty amount removes it. The store writes the audit log.

    Raises:
        FieldErrors: The user is not an admin, or an input is wrong.
        DuplicateRequest: A replica has served this request.
    """
    try:
        if budget.amount:
            budget = replace(budget, amount=limit_text(read_limit(budget.amount)))
        await services.roles.check(request.team_id, request.user_id)
    except UserError as error:
        raise FieldErrors({AMOUNT: str(error)}) from None
    if budget.amount and not budget.approvers:
        raise FieldErrors({APPROVERS: APPROVERS_MISSING})
    await services.once(request)
    await services.budgets.set(budget, request.user_id)

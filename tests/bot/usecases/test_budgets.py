"""Setting budgets: who may, which inputs are accepted, and what is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.forms.defaults import AMOUNT, APPROVERS
from bot.services import Services
from bot.slack.replays import DuplicateRequest
from bot.store import WHOLE_WORKSPACE, Budget
from bot.usecases.budgets import APPROVERS_MISSING, set_budget
from bot.workspace.roles import ADMINS_ONLY
from calculator import FieldErrors
from playground import FakeSlack
from tests.bot.usecases.conftest import AuditLog
from tests.bot.usecases.requests import TEAM, submission

BUDGET = Budget(TEAM, WHOLE_WORKSPACE, "$5k", ("U0ROBIN001",))


async def test_amount_is_stored_as_a_number_and_audited(
    services: Services, slack: FakeSlack, audit_log: AuditLog
) -> None:
    await set_budget(services, submission(slack.you), BUDGET)
    assert await services.budgets.of(TEAM, slack.general) == replace(BUDGET, amount="5000")
    (entry,) = await audit_log()
    assert (entry.user_id, entry.what, entry.before) == (slack.you, "budget of the workspace", None)
    assert "5000" in (entry.after or "")


async def test_empty_amount_removes_the_budget(services: Services, slack: FakeSlack, audit_log: AuditLog) -> None:
    await set_budget(services, submission(slack.you), BUDGET)
    await set_budget(services, submission(slack.you), replace(BUDGET, amount="", approvers=()))
    assert await services.budgets.of(TEAM, slack.general) is None
    assert (await audit_log())[0].after is None


@pytest.mark.parametrize(
    ("budget", "errors"),
    [
        (replace(BUDGET, amount="5000/week"), {AMOUNT: "“week” isn't a budget period"}),
        (replace(BUDGET, amount="0"), {AMOUNT: "A budget can't be zero"}),
        (replace(BUDGET, approvers=()), {APPROVERS: APPROVERS_MISSING}),
    ],
)
async def test_invalid_budget_is_refused_at_its_field(
    services: Services, slack: FakeSlack, audit_log: AuditLog, budget: Budget, errors: dict[str, str]
) -> None:
    with pytest.raises(FieldErrors) as caught:
        await set_budget(services, submission(slack.you), budget)
    assert caught.value.errors.keys() == errors.keys()
    assert all(caught.value.errors[field].startswith(text) for field, text in errors.items())
    assert await audit_log() == []


async def test_only_admins_set_a_budget(services: Services, slack: FakeSlack) -> None:
    with pytest.raises(FieldErrors) as caught:
        await set_budget(services, submission(slack.colleague), BUDGET)
    assert caught.value.errors == {AMOUNT: ADMINS_ONLY}
    assert await services.budgets.of(TEAM, slack.general) is None


async def test_repeated_request_changes_nothing(services: Services, slack: FakeSlack, audit_log: AuditLog) -> None:
    request = submission(slack.you)
    await set_budget(services, request, BUDGET)
    with pytest.raises(DuplicateRequest):
        await set_budget(services, request, replace(BUDGET, amount="9000"))
    assert len(await audit_log()) == 1

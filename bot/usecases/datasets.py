"""Cancelling a dataset run."""

from __future__ import annotations

from bot.render.parts.escaping import escape
from bot.services import Services
from bot.slack.request import ActionRequest
from bot.store import DatasetRun
from calculator import UserError


class RunOfAnotherUser(UserError):
    """Error for a user who tries to cancel another user's dataset run.

    Args:
        run: The dataset run.
    """

    def __init__(self, run: DatasetRun) -> None:
        super().__init__(f"Only <@{escape(run.user_id)}>, who sent the file, can stop this.")
        self.run = run


async def cancel_run(services: Services, request: ActionRequest) -> None:
    """Cancel a dataset run, unless it has ended.

    Raises:
        RunOfAnotherUser: Another user sent the file.
    """
    run = await services.dataset_runs.get(request.value, team_id=request.team_id)
    if run is None:
        return
    if run.user_id != request.user_id:
        raise RunOfAnotherUser(run)
    await services.dataset_runs.cancel(request.value, team_id=request.team_id)

"""Starting and ending watches."""

from __future__ import annotations

from typing import NamedTuple

from bot.results import document
from bot.services import Services
from bot.store import SavedEstimate
from bot.watches.changes import initial_state
from bot.watches.state import WatchState
from bot.watches.threshold import Threshold
from calculator import UserError

NOT_ALLOWED = (
    "Only the user who asked for this estimate, the user who started its thread, or an admin can watch or unwatch it."
)
MAX_WATCHES = 50
"""The number of estimates that one user can watch."""


class StartedWatch(NamedTuple):
    """A watch that was started, or whose threshold was changed."""

    saved: SavedEstimate
    threshold: Threshold
    state: WatchState


async def start_watch(
    services: Services, estimate_id: str, threshold: Threshold, *, team_id: str, user_id: str
) -> StartedWatch:
    """Watch an estimate, or change the threshold of its watch. The store writes the audit log.

    Raises:
        UserError: The estimate doesn't exist or compares no offers, or the user may not watch it or has too many
            watches.
    """
    saved = await services.lookups.find_saved(estimate_id, team_id=team_id)
    await _check_allowed(services, saved, user_id)
    state = initial_state(saved, services.catalog, services.today())
    if state is None:
        raise UserError("This estimate can't be watched, because it compares no offers.")
    watch = await services.watches.get(saved.id, team_id=team_id)
    if watch is None and await services.watches.count(team_id=team_id, user_id=user_id) >= MAX_WATCHES:
        raise UserError(f"You watch {MAX_WATCHES} estimates, which is the limit. `watch` lists them.")
    await services.watches.put(
        team_id=team_id, estimate_id=saved.id, user_id=user_id, over=threshold.text, told=document(state)
    )
    return StartedWatch(saved, threshold, state)


async def end_watch(services: Services, estimate_id: str, *, team_id: str, user_id: str) -> None:
    """End the watch of an estimate. The store writes the audit log.

    Raises:
        UserError: The estimate isn't watched, or the user may not end the watch.
    """
    saved = await services.estimates.get(estimate_id, team_id=team_id)
    watch = await services.watches.get(saved.id, team_id=team_id) if saved else None
    if saved is None or watch is None:
        raise UserError(f"“{estimate_id[:40]}” isn't watched. `watch` lists what you watch.")
    if user_id != watch.user_id:
        await _check_allowed(services, saved, user_id)
    await services.watches.remove(saved.id, team_id=team_id, user_id=user_id)


async def _check_allowed(services: Services, saved: SavedEstimate, user_id: str) -> None:
    """Raise UserError unless the user owns the estimate, started its thread, or is an admin."""
    if user_id in (saved.user_id, (await services.estimates.first_of(saved)).user_id):
        return
    if not await services.roles.is_admin(saved.team_id, user_id):
        raise UserError(NOT_ALLOWED)

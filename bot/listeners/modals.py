"""Opening and replacing modals."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import error_of, is_transient, retry_after_s
from bot.forms.estimates import Origin, View, form, loading, notice
from bot.forms.opener import failure_text
from bot.services import Services
from bot.slack.request import CommandRequest, Interaction
from bot.telemetry.trace import mark_failed
from bot.workspace.defaults import WorkspaceDefaults

log = logging.getLogger(__name__)

UPDATE_ATTEMPTS = 4
LONGEST_PAUSE_S = 10.0
"""A user who looks at “One moment…” for longer gets a notice instead."""
ESTIMATE_GONE = "This estimate no longer exists. Close this and start a new one with /ftcost."


async def open_form(services: Services, request: CommandRequest) -> None:
    """Open the empty form, filled with the workspace's defaults."""
    origin = Origin(channel=request.channel_id)
    try:
        defaults = await services.cached_defaults(request.team_id)
    except Exception as error:
        if not is_transient(error):
            raise
        defaults = WorkspaceDefaults({})  # the user sees and can fill every field without them
    if defaults.fields:
        labels = (await services.menus()).labels
        services.worker.start(show_modal(services, request, form(origin, defaults=defaults.fields, labels=labels)))
        return
    workspace = await services.workspaces.of(request.team_id)
    opening = services.opener.open(workspace.token, request.trigger_id, origin, request.response_url)
    services.worker.start(opening)


async def open_modal(services: Services, request: Interaction, view: View) -> str | None:
    """Open a modal.

    Returns:
        The modal's id; None, after a notice to the user, if Slack did not open it.
    """
    try:
        client = (await services.workspaces.of(request.team_id)).client
        response = await client.views_open(trigger_id=request.trigger_id, view=view)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        fault = error_of(error) if isinstance(error, SlackApiError) else type(error).__name__
        if text := failure_text(fault):
            await _notify(services, request, text)
        return None
    return str(response["view"]["id"])


async def show_modal(services: Services, request: Interaction, view: View) -> None:
    """Open a complete modal."""
    await open_modal(services, request, view)


async def open_and_fill(
    services: Services, request: Interaction, title: str, make_view: Callable[[], Awaitable[View]]
) -> None:
    """Open a placeholder before the trigger expires, then replace it with its content, or with an apology.

    Args:
        services: The parts of the running bot.
        request: The request that the modal answers.
        title: The title of the placeholder.
        make_view: Returns the content; called once Slack has opened the placeholder.
    """
    view_id = await open_modal(services, request, loading(title))
    if not view_id:
        return
    try:
        view = await make_view()
    except Exception:
        code = mark_failed()
        log.exception("%s: cannot fill a modal", code)
        view = notice("Sorry", f"Something went wrong on our side. Please close this and try again. ({code})")
    await update_modal(services, request, view_id, view)


async def update_modal(
    services: Services, request: Interaction, view_id: str, view: View, view_hash: str | None = None
) -> None:
    """Replace a modal, unless the user has closed it. If Slack doesn't replace it, notify the user.

    Args:
        services: The parts of the running bot.
        request: The request that the modal answers.
        view_id: The modal's id.
        view: The content.
        view_hash: The hash of the state to replace; if the modal has changed since, it is left alone.
    """
    client = (await services.workspaces.of(request.team_id)).client
    fault = await call_patiently(services, partial(client.views_update, view_id=view_id, view=view, hash=view_hash))
    if fault in (None, "not_found", "hash_conflict"):
        return
    code = mark_failed()
    log.warning("%s: views.update failed: %s", code, fault)
    await _notify(services, request, f"Slack didn't show the form. Please close it and try again. ({code})")


async def call_patiently(services: Services, call: Callable[[], Awaitable[object]]) -> str | None:
    """Call Slack, at most `UPDATE_ATTEMPTS` times while another attempt may succeed soon.

    Args:
        services: The parts of the running bot.
        call: The call.

    Returns:
        None after success; otherwise Slack's error, or the name of the exception.
    """
    fault: str | None = None
    for attempt in range(1, UPDATE_ATTEMPTS + 1):
        try:
            await call()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            fault = error_of(error) if isinstance(error, SlackApiError) else type(error).__name__
            pause = max(retry_after_s(error), services.worker.timeouts.pause(attempt))
            if attempt == UPDATE_ATTEMPTS or not is_transient(error) or pause > LONGEST_PAUSE_S:
                return fault
        else:
            return None
        await asyncio.sleep(pause)
    return fault


async def _notify(services: Services, request: Interaction, text: str) -> None:
    """Send a notice to the user who waits for a modal; by direct message if the request has no response_url."""
    if not await services.response_urls.send(request.response_url, text):
        await services.notices.send(request.team_id, request.user_id, None, text)

"""`/ftcost` and the message shortcut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.forms.estimates import Origin, form
from bot.language.command import ParsedCommand, check_base, from_slack, read_command, readable_fields
from bot.listeners.actuals import accept_actual
from bot.listeners.home import open_budget
from bot.listeners.keys import open_keys
from bot.listeners.modals import open_form, show_modal
from bot.queue.model import EstimateJob
from bot.render.blocks import SlackMessage, section
from bot.render.escaping import escape
from bot.services import Services
from bot.slack.request import CommandRequest, Interaction, ShortcutRequest
from bot.store import new_estimate_id
from calculator import UserError

COMMAND = "/ftcost"
CATALOGUE_ALONE = ("help", "models", "price", "fit")
"""Look-ups that need no database, and are answered without it."""
FIX = "fix"
BUTTON_VALUE = 2_000


async def answer_command(services: Services, request: CommandRequest) -> dict[str, Any]:
    """Answer `/ftcost …`, or queue the job that does. Return what only the user sees: nothing if the answer comes as a
    message or a modal.
    """
    if not request.text:  # its trigger ends after three seconds
        await open_form(services, request)
        return {}
    text = from_slack(request.text)
    try:
        asked = read_command(text)
        if asked.verb == "form":
            await open_form(services, request)
            return {}
        if asked.verb == "budget":
            services.worker.start(open_budget(services, request, request.channel_id))
            return {}
        if asked.verb == "breakeven" and not asked.fields:
            services.worker.start(show_modal(services, request, form(Origin(channel=request.channel_id), more=True)))
            return {}
        if asked.verb == "keys":
            services.worker.start(open_keys(services, request))
            return {}
        if asked.verb == "breakeven":
            check_base(asked.fields)
        elif asked.verb != "estimate":
            found = (
                accept_actual(services, request, asked.argument)
                if asked.verb == "actual"
                else _look_up(services, request, asked)
            )
            answer = await services.worker.soon(found)
            return {"text": answer.text, "blocks": answer.blocks}
        defaults = await services.known_defaults(request.team_id)
        fields = defaults.complete(asked.fields)
    except UserError as error:
        return _refusal(error, text)
    try:
        await services.check(fields, services.today())
    except UserError as error:
        return _refusal(defaults.explain(error, asked.fields), text)
    job = estimate_job(
        services, request, fields, Origin(channel=request.channel_id), defaults.describe_used(asked.fields)
    )
    await services.worker.accept(f"command:{request.trigger_id}", job)
    return {}


async def _look_up(services: Services, request: CommandRequest, asked: ParsedCommand) -> SlackMessage:
    if asked.verb not in CATALOGUE_ALONE:
        await services.once(request)
    return await services.lookups.answer(asked, team=request.team_id, user=request.user_id)


def register(app: AsyncApp, services: Services) -> None:
    @app.command(COMMAND)
    async def on_command(ack: AsyncAck, slack_request: CommandRequest) -> None:
        await ack(**await answer_command(services, slack_request))

    @app.shortcut("ftcost_from_message")
    async def on_shortcut(ack: AsyncAck, slack_request: ShortcutRequest) -> None:
        await ack()
        message = slack_request.message
        origin = Origin(channel=message.channel_id, thread_ts=message.thread_ts)
        values = readable_fields(from_slack(slack_request.text))
        services.worker.start(show_modal(services, slack_request, form(origin, values or None)))


def estimate_job(
    services: Services, request: Interaction, fields: dict[str, str], origin: Origin, defaults_used: Iterable[str]
) -> EstimateJob:
    """Return the job that answers a question."""
    return EstimateJob(
        estimate_id=new_estimate_id(),
        team_id=request.team_id,
        user_id=request.user_id,
        channel_id=origin.channel,
        thread_ts=origin.thread_ts,
        fields=fields,
        as_of=services.today(),
        edit_of=origin.edit_of,
        defaults_used=tuple(defaults_used),
    )


def _refusal(error: UserError, typed: str) -> dict[str, Any]:
    """Return the faults, the line that was typed, and a button that opens the form with it."""
    line = f"/ftcost {typed}".strip()
    faults = escape(str(error)).splitlines()
    text = "\n".join(f"• {fault}" for fault in faults) if len(faults) > 1 else faults[0]
    blocks: list[dict[str, Any]] = [section(text), section(f"```{escape(line[:2_500].replace('```', ''))}```")]
    if "=" in typed and len(typed) <= BUTTON_VALUE:
        button = {
            "type": "button",
            "action_id": FIX,
            "text": {"type": "plain_text", "text": "Fix in the form"},
            "value": typed,
        }
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": text, "blocks": blocks}

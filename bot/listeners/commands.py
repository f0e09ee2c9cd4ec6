"""`/ftcost`, the lines of buttons, and the shortcuts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.answers.confirmations import FORGET_ME, forgotten_message
from bot.answers.help import RUN_LINE
from bot.answers.readings import reading_message
from bot.answers.refusals import refusal_message
from bot.forms.estimates import Origin, form
from bot.forms.inputs import ask_in_words, split_fields
from bot.language.command import check_base
from bot.language.formatting import from_slack
from bot.language.reader import Reading
from bot.language.understanding import command_of
from bot.listeners.actuals import accept_actual
from bot.listeners.home import open_budget
from bot.listeners.keys import open_keys
from bot.listeners.modals import open_form, show_modal
from bot.queue.model import EstimateJob
from bot.render.parts.blocks import SlackMessage
from bot.render.parts.escaping import clip
from bot.services import Services
from bot.slack.poster import MAX_TEXT, Destination
from bot.slack.request import ActionRequest, CommandRequest, GlobalShortcutRequest, Interaction, ShortcutRequest
from bot.store import new_estimate_id
from bot.usecases.faults import add_name_faults
from bot.usecases.lookups import serve_lookup
from calculator import UserError

COMMAND = "/ftcost"


async def answer_command(services: Services, request: CommandRequest) -> dict[str, Any]:
    """Answer `/ftcost …`, open a modal, or queue a job.

    Returns:
        The response that only the user sees; empty if the answer is a modal or a message.
    """
    if not request.text:  # first, because the trigger expires after three seconds
        await open_form(services, request)
        return {}
    text = from_slack(request.text)
    try:
        command = await services.understand(text)
        if isinstance(command, Reading):
            return await answer_reading(services, request, command)
        if command.verb == "form":
            await open_form(services, request)
            return {}
        if command.verb == "budget":
            services.worker.start(open_budget(services, request, request.channel_id))
            return {}
        if command.verb == "breakeven" and not command.fields:
            services.worker.start(show_modal(services, request, form(Origin(channel=request.channel_id))))
            return {}
        if command.verb == "keys":
            services.worker.start(open_keys(services, request))
            return {}
        if command.verb == "breakeven":
            check_base(command.fields)
        elif command.verb != "estimate":
            reply = (
                accept_actual(services, request, command.argument)
                if command.verb == "actual"
                else serve_lookup(services, request, command)
            )
            answer = await services.worker.soon(reply)
            return _response(answer)
        defaults = await services.cached_defaults(request.team_id)
        fields = defaults.complete(command.fields)
    except UserError as error:
        return await _refusal(services, error, text)
    try:
        await services.check(fields, services.today())
    except UserError as error:
        return await _refusal(services, defaults.explain(error, command.fields), text)
    origin = Origin(channel=request.channel_id, thread_ts=request.thread_ts)
    job = estimate_job(services, request, fields, origin, defaults.describe_used(command.fields))
    await services.worker.accept(f"command:{request.trigger_id}", job)
    return {}


async def answer_reading(services: Services, request: CommandRequest, reading: Reading) -> dict[str, Any]:
    """Return the response to a sentence, which only the user sees.

    An estimate is offered with a button, because it would be posted for everybody; a look-up is answered at once.

    Raises:
        UserError: The look-up can't be answered.
    """
    command = command_of(reading)
    if command is not None and command.verb in ("estimate", "breakeven"):
        defaults = await services.cached_defaults(request.team_id)
        try:
            await services.check(defaults.complete(command.fields), services.today())
        except UserError as error:
            reading = replace(reading, ask=ask_in_words(error, reading.fields))
    elif command is not None:
        answer = await services.worker.soon(serve_lookup(services, request, command))
        return _response(answer)
    return _response(reading_message(reading))


def _response(message: SlackMessage) -> dict[str, Any]:
    """Return the response with a message. Slack takes 40,000 characters of text."""
    return {"text": clip(message.text, MAX_TEXT), "blocks": message.blocks}


def register(app: AsyncApp, services: Services) -> None:
    @app.command(COMMAND)
    async def on_command(ack: AsyncAck, slack_request: CommandRequest) -> None:
        await ack(**await answer_command(services, slack_request))

    @app.action(RUN_LINE)
    async def on_line(ack: AsyncAck, slack_request: ActionRequest) -> None:
        """Answer the line of a button as if the user had typed it."""
        request = CommandRequest(
            team_id=slack_request.team_id,
            enterprise_id=slack_request.enterprise_id,
            user_id=slack_request.user_id,
            channel_id=slack_request.channel_id or "",
            thread_ts=slack_request.thread_ts,
            delivery_id=slack_request.delivery_id,
            trigger_id=slack_request.trigger_id,
            response_url=slack_request.response_url,
            text=slack_request.value,
        )
        response = await answer_command(services, request)
        await ack()
        if response:
            services.worker.start(_notify(services, request, response))

    @app.action(FORGET_ME)
    async def on_forget(ack: AsyncAck, slack_request: ActionRequest) -> None:
        await services.once(slack_request)
        count = await services.personal_data.forget_user(slack_request.team_id, slack_request.user_id)
        await ack()
        poster = await services.poster(slack_request.team_id)
        destination = Destination(slack_request.channel_id or "", slack_request.thread_ts)
        services.worker.start(poster.notify(slack_request.user_id, destination, forgotten_message(count)))

    @app.shortcut("ftcost_from_message")
    async def on_shortcut(ack: AsyncAck, slack_request: ShortcutRequest) -> None:
        await ack()
        services.worker.start(_open_from_message(services, slack_request))

    @app.shortcut("ftcost_from_anywhere")
    async def on_global_shortcut(ack: AsyncAck, slack_request: GlobalShortcutRequest) -> None:
        await ack()
        defaults = await services.cached_defaults(slack_request.team_id)
        services.worker.start(show_modal(services, slack_request, form(Origin(), defaults=defaults.fields)))


async def _open_from_message(services: Services, request: ShortcutRequest) -> None:
    """Open the form, filled with the question in a message."""
    message = request.message
    origin = Origin(channel=message.channel_id, thread_ts=message.thread_ts)
    fields = await services.read_question(from_slack(request.text))
    defaults = await services.cached_defaults(request.team_id)
    inputs = split_fields(defaults.complete(fields)) if fields else None
    labels = (await services.menus()).labels
    await show_modal(services, request, form(origin, inputs, defaults=defaults.fields, labels=labels))


def estimate_job(
    services: Services, request: Interaction, fields: dict[str, str], origin: Origin, defaults_used: Iterable[str]
) -> EstimateJob:
    """Return the job of a question.

    Args:
        services: The parts of the running bot.
        request: The request, for its workspace and user.
        fields: The question, as text by key.
        origin: The channel and thread of the answer, and the estimate that it changes.
        defaults_used: The workspace defaults that it uses, such as `days=22`.
    """
    services.charge(request.team_id, request.user_id, fields)
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


async def _refusal(services: Services, error: UserError, typed: str) -> dict[str, Any]:
    """Return every fault of a line, the line, and buttons that correct it or open it in the form."""
    faults = await add_name_faults(services, error, typed)
    message = await asyncio.to_thread(refusal_message, faults, typed, services.catalog)
    return _response(message)


async def _notify(services: Services, request: CommandRequest, response: dict[str, Any]) -> None:
    """Send the response to a line that a button ran, which Slack doesn't show by itself, to its user alone."""
    poster = await services.poster(request.team_id)
    message = SlackMessage(response["text"], response["blocks"])
    await poster.notify(request.user_id, Destination(request.channel_id, request.thread_ts), message)

"""Answering a look-up, and the commands `watch`, `unwatch` and `audit`, which need a role check."""

from __future__ import annotations

from bot.answers import watches
from bot.answers.audit import audit_page
from bot.answers.confirmations import forget_message
from bot.language.command import ParsedCommand
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.escaping import escape
from bot.services import Services
from bot.slack.request import CommandRequest
from bot.usecases.watches import end_watch, start_watch
from bot.watches.threshold import read_watch
from calculator import UserError

CATALOGUE_COMMANDS = ("help", "models", "price", "fit")
"""Look-ups in the catalogue, which are answered without the database."""


async def serve_lookup(services: Services, request: CommandRequest, command: ParsedCommand) -> SlackMessage:
    """Return the answer to a slash command, for the user alone.

    Raises:
        UserError: The command can't be answered.
        DuplicateRequest: A replica has served this request.
    """
    if command.verb not in CATALOGUE_COMMANDS:
        await services.once(request)
    return await answer_lookup(services, command, team_id=request.team_id, user_id=request.user_id)


async def answer_lookup(services: Services, command: ParsedCommand, *, team_id: str, user_id: str) -> SlackMessage:
    """Return the answer to a look-up; for a job, whose idempotency key protects it against duplicates.

    Raises:
        UserError: The command can't be answered.
    """
    match command.verb:
        case "watch":
            estimate_id, threshold = read_watch(command.argument)
            if not estimate_id:
                return await services.lookups.answer(command, team_id=team_id, user_id=user_id)
            started = await start_watch(services, estimate_id, threshold, team_id=team_id, user_id=user_id)
            link = services.lookups.link(started.saved)
            return text_message(watches.started_text(started.saved, threshold, started.state, link))
        case "unwatch":
            estimate_id = command.argument.strip().strip("`")
            if not estimate_id:
                raise UserError("Add the id of an estimate, such as `unwatch k7m2…`. `watch` lists what you watch.")
            await end_watch(services, estimate_id, team_id=team_id, user_id=user_id)
            return text_message(f"`{escape(estimate_id)}` is no longer watched.")
        case "forget":
            if command.argument.strip().lower() != "me":
                raise UserError("Type `forget me` to delete your estimates and watches.")
            return forget_message()
        case "audit":
            await services.roles.check(team_id, user_id)
            return audit_page(await services.audit.recent(team_id=team_id)).message()
        case _:
            return await services.lookups.answer(command, team_id=team_id, user_id=user_id)

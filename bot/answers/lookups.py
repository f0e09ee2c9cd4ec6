"""Answers to commands that change nothing: help, the catalogue, a user's estimates and watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import catalog_pages
from bot.answers.compare import MAX_COMPARED, MIN_COMPARED, NamedResult, side_by_side, split_names
from bot.answers.fits import fit_page
from bot.answers.help import greeting_message, help_message
from bot.answers.watches import list_text
from bot.language.command import ParsedCommand, write_command
from bot.language.formatting import from_slack
from bot.language.understanding import GREETED
from bot.prices.current_catalog import CurrentCatalog
from bot.render.answer.estimate_diff import difference_page
from bot.render.parts.blocks import SlackMessage, text_message
from bot.render.parts.escaping import clip, escape
from bot.render.parts.page import TextPage
from bot.render.parts.short import full_day, short_day
from bot.slack.poster import permalink
from bot.store import EstimateStore, SavedEstimate, Watch, WatchStore
from calculator import UserError
from pricing import Catalog


@dataclass(frozen=True)
class Lookups:
    """Answers commands from the catalogue and the database, for one user."""

    current_catalog: CurrentCatalog
    estimates: EstimateStore
    watches: WatchStore
    today: Callable[[], date]
    team_url: Callable[[str], str]

    @property
    def catalog(self) -> Catalog:
        """Return the current catalogue. It may change between two calls."""
        return self.current_catalog.catalog

    async def answer(self, command: ParsedCommand, *, team_id: str, user_id: str) -> SlackMessage:
        """Return the answer to a command; to an unknown one, the help.

        Raises:
            UserError: The command can't be answered.
        """
        match command.verb:
            case "models":
                return catalog_pages.models(self.catalog, command.argument, self.today()).message()
            case "price":
                return catalog_pages.price(self.catalog, command.argument, self.today()).message()
            case "fit":
                page = await asyncio.to_thread(fit_page, self.catalog, command.argument, self.today())
                return page.message()
            case "list":
                return text_message(await self._list(team_id, user_id))
            case "show":
                return text_message(await self._show(command.argument.strip().strip("`"), team_id))
            case "diff":
                return (await self._diff(command.argument.split(), team_id)).message()
            case "compare":
                return (await self._compare(command.argument, team_id, user_id)).message()
            case "watch":
                return text_message(list_text(await self.watched_by(team_id, user_id), self.link))
            case "budget":
                raise UserError("Type `/ftcost budget` in a channel to see and set its budget.")
            case "help" if command.argument == GREETED:
                return greeting_message()
            case _:
                return help_message()

    async def _list(self, team_id: str, user_id: str) -> str:
        saved = await self.estimates.recent(team_id=team_id, user_id=user_id)
        if not saved:
            return "You have no estimates yet. `/ftcost` opens the form."
        watched = await self.watches.watched([estimate.id for estimate in saved], team_id=team_id)
        days = [short_day(date.fromisoformat(estimate.as_of), self.today()) for estimate in saved]
        return "*Your estimates*\n" + "\n".join(
            f"• `{estimate.id}` {day} {self.link(estimate)}: {escape(clip(estimate.result.question, 90))}"
            f"{' · watched' if estimate.id in watched else ''}"
            for estimate, day in zip(saved, days, strict=True)
        )

    async def watched_by(self, team_id: str, user_id: str) -> list[tuple[Watch, SavedEstimate]]:
        """Return a user's watches with their estimates, newest first."""
        watches = await self.watches.of_user(team_id=team_id, user_id=user_id)
        saved = await self.estimates.get_many([watch.estimate_id for watch in watches], team_id=team_id)
        return [(watch, saved[watch.estimate_id]) for watch in watches if watch.estimate_id in saved]

    async def _diff(self, ids: list[str], team_id: str) -> TextPage:
        if len(ids) != 2:
            raise UserError("Add two ids, such as `diff k7m2… p9x4…`. `list` shows yours.")
        start, end = [await self.find_saved(estimate_id.strip("`"), team_id=team_id) for estimate_id in ids]
        return difference_page(start, end, self.catalog)

    async def _compare(self, argument: str, team_id: str, user_id: str) -> TextPage:
        """Compare estimates by id, or by name among the user's own; commas separate names with spaces."""
        names = split_names(argument)
        if not MIN_COMPARED <= len(names) <= MAX_COMPARED:
            raise UserError(
                "Name two to six different estimates, such as `compare k7m2… p9x4…` or `compare small, large`."
            )
        recent = await self.estimates.recent(team_id=team_id, user_id=user_id, with_changed=True)
        estimates = [await self._find_named(name, recent, team_id) for name in names]
        different = {saved.id: saved for saved in estimates}.values()
        if len(different) < MIN_COMPARED:
            raise UserError(
                "These are all the same estimate. Name two to six different ones, such as `compare small, large`."
            )
        return side_by_side([NamedResult(saved.name or saved.id, saved.result) for saved in different])

    async def _find_named(self, name: str, recent: Sequence[SavedEstimate], team_id: str) -> SavedEstimate:
        """Return the estimate with an id, else the user's newest of that name. Raises UserError.

        A typed name has lost its asterisks and the like to Slack's formatting.
        """
        named = (
            saved
            for saved in recent
            if saved.name and name.lower() in {saved.name.lower(), from_slack(saved.name).lower()}
        )
        return (
            await self.estimates.get(name, team_id=team_id)
            or next(named, None)
            or await self.find_saved(name, team_id=team_id)
        )

    async def _show(self, estimate_id: str, team_id: str) -> str:
        if not estimate_id:
            raise UserError("Add the id of an estimate, such as `show k7m2…`. `list` shows yours.")
        saved = await self.find_saved(estimate_id, team_id=team_id)
        origin = f"Asked on {full_day(date.fromisoformat(saved.as_of))}, catalogue `{escape(saved.catalog_version)}`."
        line = f"```/ftcost {escape(write_command(saved.fields).replace('```', ''))}```"
        return f"*{escape(saved.result.headline)}*\n{origin} {self.link(saved, 'Open the thread')}\n{line}"

    async def find_saved(self, estimate_id: str, *, team_id: str) -> SavedEstimate:
        """Return an estimate of the workspace. Raises UserError if it doesn't exist."""
        saved = await self.estimates.get(estimate_id, team_id=team_id)
        if saved is None:
            raise UserError(f"This workspace has no estimate “{estimate_id[:40]}”. `list` shows yours.")
        return saved

    def link(self, saved: SavedEstimate, text: str | None = None) -> str:
        """Return an estimate's name or headline as a link to its thread; plain text if it was not posted."""
        label = escape(text or saved.name or saved.result.headline.rstrip("."))
        link = permalink(self.team_url(saved.team_id), saved)
        return f"<{escape(link)}|{label}>" if link else label

"""Look-ups that only the person who asks sees: help, the catalogue, their estimates and watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers import catalog_pages
from bot.answers.audit import audit_page
from bot.answers.compare import FEWEST, MOST, NamedResult, named_in, side_by_side
from bot.answers.fits import fit_page
from bot.language.command import ParsedCommand, write_command
from bot.prices.current_catalog import CurrentCatalog
from bot.render.blocks import SlackMessage, text_message
from bot.render.escaping import clip, escape
from bot.render.estimate_diff import difference_page
from bot.render.money import counted
from bot.render.page import TextPage
from bot.results import document
from bot.slack.poster import permalink
from bot.store import Audit, EstimateStore, SavedEstimate, Watch, WatchStore
from bot.watches.changes import REMIND_DAYS, STEPS, initial_state
from bot.watches.threshold import DEFAULT_THRESHOLD, read_watch
from bot.workspace.roles import Roles
from calculator import UserError
from pricing import Catalog

NOT_YOURS = "Only an admin, or the person who asked for this estimate or started its thread, can watch or unwatch it."
MOST_WATCHED = 50
"""The most estimates that one person can watch."""


@dataclass(frozen=True)
class Lookups:
    """The commands that are answered at once, to one person; `watch` and `unwatch` change a watch."""

    box: CurrentCatalog
    estimates: EstimateStore
    watches: WatchStore
    roles: Roles
    audit: Audit
    today: Callable[[], date]
    team_url: Callable[[str], str]

    @property
    def catalog(self) -> Catalog:
        """The one in use at this moment."""
        return self.box.catalog

    async def answer(self, command: ParsedCommand, *, team: str, user: str) -> SlackMessage:
        """Return the answer to a command.

        Raises:
            UserError: The command cannot be carried out.
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
                return text_message(await self._list(team, user))
            case "show":
                return text_message(await self._show(command.argument.strip().strip("`"), team))
            case "diff":
                return (await self._diff(command.argument.split(), team)).message()
            case "compare":
                return (await self._compare(command.argument, team, user)).message()
            case "watch":
                return text_message(await self._watch(command.argument, team, user))
            case "unwatch":
                return text_message(await self._unwatch(command.argument.strip().strip("`"), team, user))
            case "budget":
                raise UserError("`/ftcost budget`, typed in a channel, shows and sets its budget.")
            case "audit":
                await self.roles.check(team, user)
                return audit_page(await self.audit.recent(team_id=team)).message()
            case _:
                return catalog_pages.HELP.message()

    async def _list(self, team: str, user: str) -> str:
        saved = await self.estimates.recent(team_id=team, user_id=user)
        if not saved:
            return "You have no estimates yet. `/ftcost` opens the form."
        watched = await self.watches.watched([estimate.id for estimate in saved], team_id=team)
        return "*Your estimates*\n" + "\n".join(
            f"• `{estimate.id}` {estimate.as_of} {self._link(estimate)}: {escape(clip(estimate.result.question, 90))}"
            f"{' · watched' if estimate.id in watched else ''}"
            for estimate in saved
        )

    async def _watch(self, argument: str, team: str, user: str) -> str:
        """Start a watch or change its threshold; without an argument, list what the person watches."""
        estimate_id, over = read_watch(argument)
        if not estimate_id:
            return await self._watched(team, user)
        saved = await self._saved(estimate_id, team)
        await self._may_watch(saved, user)
        state = initial_state(saved, self.catalog, self.today())
        if state is None:
            raise UserError("There is nothing to watch: this estimate compares no offer.")
        watch = await self.watches.get(saved.id, team_id=team)
        if watch is None and await self.watches.count(team_id=team, user_id=user) >= MOST_WATCHED:
            raise UserError(f"You watch {MOST_WATCHED} estimates, which is the limit. `watch` lists them.")
        await self.watches.put(team_id=team, estimate_id=saved.id, user_id=user, over=over.text, told=document(state))
        default = " (the default; say `over 2%` or `over $50` for another)" if over == DEFAULT_THRESHOLD else ""
        title = escape(saved.result.estimates[0].title)
        prompting = ", what prompting costs" if state.base_usd else ""
        return (
            f"*`{saved.id}` is watched:* {self._link(saved)}.\n"
            f"Its thread is told when the total of {title}{prompting}, or what is "
            f"cheapest, changes by more than {over.text}{default}; when a day on which it ends moves, or is "
            f"{', '.join(map(str, STEPS[:-1]))} or {STEPS[-1]} days away; and every {REMIND_DAYS} days what a "
            f"deployment bills while idle. `/ftcost unwatch {saved.id}` ends it."
        )

    async def watched_by(self, team: str, user: str) -> list[tuple[Watch, SavedEstimate]]:
        """Return what a person watches, newest first."""
        watches = await self.watches.of_user(team_id=team, user_id=user)
        saved = await self.estimates.get_many([watch.estimate_id for watch in watches], team_id=team)
        return [(watch, saved[watch.estimate_id]) for watch in watches if watch.estimate_id in saved]

    async def _watched(self, team: str, user: str) -> str:
        watched = await self.watched_by(team, user)
        if not watched:
            return "You don't watch any estimate. `/ftcost watch ID` starts a watch; `/ftcost list` shows the ids."
        lines = []
        for watch, saved in watched:
            alerts = f", {counted(watch.alerts, 'alert')}" if watch.alerts else ""
            lines.append(f"• `{saved.id}` over {escape(watch.over)}{alerts}: {self._link(saved)}")
        return "\n".join(["*You watch*", *lines])

    async def _may_watch(self, saved: SavedEstimate, user: str) -> None:
        """Raise UserError unless the user owns the estimate, started its thread, or is an admin."""
        if user in (saved.user_id, (await self.estimates.first_of(saved)).user_id):
            return
        if not await self.roles.is_admin(saved.team_id, user):
            raise UserError(NOT_YOURS)

    async def _unwatch(self, estimate_id: str, team: str, user: str) -> str:
        if not estimate_id:
            raise UserError("Say which one, such as `unwatch k7m2…`. `watch` lists what you watch.")
        saved = await self.estimates.get(estimate_id, team_id=team)
        watch = await self.watches.get(saved.id, team_id=team) if saved else None
        if saved is None or watch is None:
            raise UserError(f"“{estimate_id[:40]}” is not watched. `watch` lists what you watch.")
        if user != watch.user_id:
            await self._may_watch(saved, user)
        await self.watches.remove(saved.id, team_id=team, user_id=user)
        return f"`{escape(estimate_id)}` is not watched any more."

    async def _diff(self, ids: list[str], team: str) -> TextPage:
        if len(ids) != 2:
            raise UserError("Say which two, such as `diff k7m2… p9x4…`. `list` shows yours.")
        start, end = [await self._saved(estimate_id.strip("`"), team) for estimate_id in ids]
        return difference_page(start, end, self.catalog)

    async def _compare(self, argument: str, team: str, user: str) -> TextPage:
        """Compare estimates by id or by the names of the person's own; commas separate names with spaces."""
        names = named_in(argument)
        if not FEWEST <= len(names) <= MOST:
            raise UserError("Name two to six different ones, such as `compare k7m2… p9x4…` or `compare small, large`.")
        recent = await self.estimates.recent(team_id=team, user_id=user)
        estimates = [await self._find(name, recent, team) for name in names]
        different = {saved.id: saved for saved in estimates}.values()
        if len(different) < FEWEST:
            raise UserError(
                "These are the same estimate. Name two to six different ones, such as `compare small, large`."
            )
        return side_by_side([NamedResult(saved.name or saved.id, saved.result) for saved in different])

    async def _find(self, name: str, recent: Sequence[SavedEstimate], team: str) -> SavedEstimate:
        """Return the estimate of an id, else the person's newest of that name."""
        named = (saved for saved in recent if name.lower() == (saved.name or "").lower())
        return await self.estimates.get(name, team_id=team) or next(named, None) or await self._saved(name, team)

    async def _show(self, estimate_id: str, team: str) -> str:
        if not estimate_id:
            raise UserError("Say which one, such as `show k7m2…`. `list` shows yours.")
        saved = await self._saved(estimate_id, team)
        origin = f"Asked on {saved.as_of}, catalogue `{escape(saved.catalog_version)}`."
        line = f"```/ftcost {escape(write_command(saved.fields).replace('```', ''))}```"
        return f"*{escape(saved.result.headline)}*\n{origin} {self._link(saved, 'Open the thread')}\n{line}"

    async def _saved(self, estimate_id: str, team: str) -> SavedEstimate:
        saved = await self.estimates.get(estimate_id, team_id=team)
        if saved is None:
            raise UserError(f"There is no estimate “{estimate_id[:40]}” in this workspace. `list` shows yours.")
        return saved

    def _link(self, saved: SavedEstimate, text: str | None = None) -> str:
        label = escape(text or saved.name or saved.result.headline.rstrip("."))
        link = permalink(self.team_url(saved.team_id), saved)
        return f"<{escape(link)}|{label}>" if link else label

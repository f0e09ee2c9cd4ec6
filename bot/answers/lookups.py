"""What only the asker sees: help, the catalogue, the asker's own estimates. As Slack text."""

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

NOT_YOURS = (
    "Alerts in this estimate's thread are begun and ended by whoever asked for it or began its thread, and by admins."
)
MOST_WATCHED = 50
"""By one person."""


@dataclass(frozen=True)
class Lookups:
    """Answers `help`, `models`, `price`, `fit`, `list`, `show`, `diff`, `compare` and `audit`; begins and ends a
    `watch`.
    """

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

    async def answer(self, asked: ParsedCommand, *, team: str, user: str) -> SlackMessage:
        """What one person sees. Raises UserError."""
        match asked.verb:
            case "models":
                return catalog_pages.models(self.catalog, asked.argument, self.today()).message()
            case "price":
                return catalog_pages.price(self.catalog, asked.argument, self.today()).message()
            case "fit":
                page = await asyncio.to_thread(fit_page, self.catalog, asked.argument, self.today())
                return page.message()
            case "list":
                return text_message(await self._list(team, user))
            case "show":
                return text_message(await self._show(asked.argument.strip().strip("`"), team))
            case "diff":
                return (await self._diff(asked.argument.split(), team)).message()
            case "compare":
                return (await self._compare(asked.argument, team, user)).message()
            case "watch":
                return text_message(await self._watch(asked.argument, team, user))
            case "unwatch":
                return text_message(await self._unwatch(asked.argument.strip().strip("`"), team, user))
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
        watched = await self.watches.watched([one.id for one in saved], team_id=team)
        return "*Your estimates*\n" + "\n".join(
            f"• `{one.id}` {one.as_of} {self._link(one)}: {escape(clip(one.result.question, 90))}"
            f"{' · watched' if one.id in watched else ''}"
            for one in saved
        )

    async def _watch(self, argument: str, team: str, user: str) -> str:
        """Begin a watch, or change its threshold; without an argument what the person watches."""
        estimate_id, over = read_watch(argument)
        if not estimate_id:
            return await self._watched(team, user)
        saved = await self._saved(estimate_id, team)
        await self._may_watch(saved, user)
        told = initial_state(saved, self.catalog, self.today())
        if told is None:
            raise UserError("There is nothing to watch: this estimate compares no offer.")
        known = await self.watches.get(saved.id, team_id=team)
        if not known and await self.watches.count(team_id=team, user_id=user) >= MOST_WATCHED:
            raise UserError(f"You watch {MOST_WATCHED} estimates, which is the most. `watch` lists them.")
        await self.watches.put(team_id=team, estimate_id=saved.id, user_id=user, over=over.text, told=document(told))
        default = " (the default; say `over 2%` or `over $50` for another)" if over == DEFAULT_THRESHOLD else ""
        title = escape(saved.result.estimates[0].title)
        prompting = ", what prompting costs" if told.base_usd else ""
        return (
            f"*`{saved.id}` is watched:* {self._link(saved)}.\n"
            f"Its thread is told when the total of {title}{prompting}, or what is "
            f"cheapest, changes by more than {over.text}{default}; when a day on which it ends moves, or is "
            f"{', '.join(map(str, STEPS[:-1]))} or {STEPS[-1]} days away; and every {REMIND_DAYS} days what a "
            f"deployment bills while idle. `/ftcost unwatch {saved.id}` ends it."
        )

    async def watched_by(self, team: str, user: str) -> list[tuple[Watch, SavedEstimate]]:
        """What a person watches, newest first."""
        found = await self.watches.of_user(team_id=team, user_id=user)
        saved = await self.estimates.several([one.estimate_id for one in found], team_id=team)
        return [(one, saved[one.estimate_id]) for one in found if one.estimate_id in saved]

    async def _watched(self, team: str, user: str) -> str:
        found = await self.watched_by(team, user)
        if not found:
            return "You watch nothing. `/ftcost watch ID` does; `/ftcost list` shows the ids."
        lines = []
        for one, saved in found:
            alerts = f", told {counted(one.alerts, 'time')}" if one.alerts else ""
            lines.append(f"• `{saved.id}` over {escape(one.over)}{alerts}: {self._link(saved)}")
        return "\n".join(["*You watch*", *lines])

    async def _may_watch(self, saved: SavedEstimate, user: str) -> None:
        """Raises UserError for whom the estimate's thread is none of theirs, unless they are admins."""
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
        one, other = [await self._saved(estimate_id.strip("`"), team) for estimate_id in ids]
        return difference_page(one, other, self.catalog)

    async def _compare(self, argument: str, team: str, user: str) -> TextPage:
        """By id, or by the name of one of the asker's own; names with spaces are parted by commas."""
        asked = named_in(argument)
        if not FEWEST <= len(asked) <= MOST:
            raise UserError("Name two to six different ones, such as `compare k7m2… p9x4…` or `compare small, large`.")
        mine = await self.estimates.recent(team_id=team, user_id=user)
        found = [await self._called(name, mine, team) for name in asked]
        different = {one.id: one for one in found}.values()
        if len(different) < FEWEST:
            raise UserError(
                "These are one and the same. Name two to six different ones, such as `compare small, large`."
            )
        return side_by_side([NamedResult(one.name or one.id, one.result) for one in different])

    async def _called(self, name: str, mine: Sequence[SavedEstimate], team: str) -> SavedEstimate:
        """By id, which wins over a name that is spelt like one; else the asker's newest of that name."""
        named = (one for one in mine if name.lower() == (one.name or "").lower())
        return await self.estimates.get(name, team_id=team) or next(named, None) or await self._saved(name, team)

    async def _show(self, estimate_id: str, team: str) -> str:
        if not estimate_id:
            raise UserError("Say which one, such as `show k7m2…`. `list` shows yours.")
        saved = await self._saved(estimate_id, team)
        asked = f"Asked on {saved.as_of}, catalogue `{escape(saved.catalog_version)}`."
        line = f"```/ftcost {escape(write_command(saved.fields).replace('```', ''))}```"
        return f"*{escape(saved.result.headline)}*\n{asked} {self._link(saved, 'Open the thread')}\n{line}"

    async def _saved(self, estimate_id: str, team: str) -> SavedEstimate:
        saved = await self.estimates.get(estimate_id, team_id=team)
        if saved is None:
            raise UserError(f"There is no estimate “{estimate_id[:40]}” in this workspace. `list` shows yours.")
        return saved

    def _link(self, saved: SavedEstimate, text: str | None = None) -> str:
        shown = escape(text or saved.name or saved.result.headline.rstrip("."))
        link = permalink(self.team_url(saved.team_id), saved)
        return f"<{escape(link)}|{shown}>" if link else shown

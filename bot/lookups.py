"""What only the asker sees: help, the catalogue, the asker's own estimates. As Slack text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot import lookup
from bot.command import Asked, write_command
from bot.render.blocks import escape
from bot.store import EstimateStore, SavedEstimate
from calculator import UserError
from pricing import Catalog

MAX_TEXT = 11_000


@dataclass(frozen=True)
class Lookups:
    """Answers `help`, `models`, `price`, `list` and `show`."""

    catalog: Catalog
    estimates: EstimateStore
    today: Callable[[], date]
    team_url: Callable[[], str]

    async def answer(self, asked: Asked, *, team: str, user: str) -> str:
        """mrkdwn for one person. Raises UserError."""
        match asked.verb:
            case "models":
                return _fixed(lookup.models(self.catalog, asked.argument, self.today()))
            case "price":
                return _fixed(lookup.price(self.catalog, asked.argument, self.today()))
            case "list":
                return await self._list(team, user)
            case "show":
                return await self._show(asked.argument.strip().strip("`"), team)
            case _:
                return _fixed(lookup.HELP)

    async def _list(self, team: str, user: str) -> str:
        saved = await self.estimates.recent(team_id=team, user_id=user)
        if not saved:
            return "You have no estimates yet. `/ftcost` opens the form."
        return "*Your estimates*\n" + "\n".join(f"• `{one.id}` {one.as_of} {self._link(one)}" for one in saved)

    async def _show(self, id: str, team: str) -> str:
        if not id:
            raise UserError("Say which one, such as `show k7m2…`. `list` shows yours.")
        saved = await self.estimates.get(id, team_id=team)
        if saved is None:
            raise UserError(f"There is no estimate “{id[:40]}” in this workspace. `list` shows yours.")
        asked = f"Asked on {saved.as_of}, catalogue `{escape(saved.catalog_version)}`."
        line = f"```/ftcost {escape(write_command(saved.fields).replace('```', ''))}```"
        return f"*{escape(saved.result['headline'])}*\n{asked} {self._link(saved, 'Open the thread')}\n{line}"

    def _link(self, saved: SavedEstimate, text: str | None = None) -> str:
        shown = escape(text or saved.name or saved.result["headline"])
        if not (saved.channel_id and saved.thread_ts):
            return shown
        return f"<{self.team_url()}archives/{saved.channel_id}/p{saved.thread_ts.replace('.', '')}|{shown}>"


def _fixed(text: str) -> str:
    """Aligned text keeps its columns in a code block."""
    shortened = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 2] + "\n…"
    return f"```{escape(shortened.replace('```', ''))}```"

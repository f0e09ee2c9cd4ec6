"""The app's Home tab: what one person asked lately and watches, which of those models end, how old the prices are;
settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from bot.forms.defaults import FIELDS
from bot.render.ages import age
from bot.render.blocks import Block, context, header, section
from bot.render.escaping import clip, escape
from bot.render.money import counted
from bot.slack.poster import permalink
from bot.store import Budget, SavedEstimate, Watch
from bot.workspace.budgets import read_limit
from bot.workspace.defaults import DEFAULTS, RATE, RATE_DAY, WorkspaceDefaults
from pricing import OLD_DAYS, Catalog

NEW_ESTIMATE, OPEN_SETTINGS, OPEN_BUDGET = "home_estimate", "home_settings", "home_budget"
SHOWN = 8
COMPARED = 10
SOON = timedelta(days=365)


class HomeData(NamedTuple):
    """Everything that one person's Home shows."""

    estimates: Sequence[SavedEstimate]
    watched: Sequence[tuple[Watch, SavedEstimate]]
    settled: WorkspaceDefaults
    budget: Budget | None
    """The workspace's."""
    team_url: str


def home(data: HomeData, catalog: Catalog, today: date) -> dict[str, Any]:
    """The view for views.publish."""
    blocks: list[Block] = [
        header("What will fine-tuning cost?"),
        {"type": "actions", "elements": [_button("New estimate", NEW_ESTIMATE, "primary")]},
        section("*Your latest estimates*"),
    ]
    if data.estimates:
        blocks += [_estimate(one, data.team_url) for one in data.estimates[:SHOWN]]
    else:
        blocks.append(context("None yet. Ask here, or type `/ftcost` in a channel."))
    if data.watched:
        blocks.append(section("*Watched*"))
        blocks += [_watched(watch, one, data.team_url) for watch, one in data.watched[:SHOWN]]
        if len(data.watched) > SHOWN:
            blocks.append(context(f"{len(data.watched) - SHOWN} more: `/ftcost watch` lists them all."))
    concerning = [*data.estimates, *(one for _, one in data.watched)]
    if ends := list(_ending(concerning, catalog, today)):
        blocks.append(section("*Models of yours that end*\n" + "\n".join(f"• {escape(line)}" for line in ends[:SHOWN])))
    blocks += [section(f"*Prices*\n{escape(_catalogue(catalog, today))}"), section(_settings(data))]
    elements = [_button("Settings", OPEN_SETTINGS), _button("Budget of the workspace", OPEN_BUDGET)]
    blocks.append({"type": "actions", "elements": elements})
    return {"type": "home", "blocks": blocks}


def _estimate(one: SavedEstimate, team_url: str) -> Block:
    said = f"{escape(clip(one.result.headline, 150))}\n" if one.name else ""
    return section(f"*{_linked(one, team_url)}*\n{said}{one.as_of} · `{one.id}`")


def _watched(watch: Watch, one: SavedEstimate, team_url: str) -> Block:
    told = f"told {counted(watch.alerts, 'time')}" if watch.alerts else "nothing to tell yet"
    return section(f"*{_linked(one, team_url)}*\nover {escape(watch.over)} · {told} · `{one.id}`")


def _linked(one: SavedEstimate, team_url: str) -> str:
    """An estimate's name, or its answer, leading to its thread."""
    link = permalink(team_url, one)
    title = escape(clip(one.name or one.result.headline.rstrip("."), 150))
    return f"<{escape(link)}|{title}>" if link else title


def _ending(estimates: Sequence[SavedEstimate], catalog: Catalog, today: date) -> Iterator[str]:
    """The offers of these estimates that end within a year, each once, the first to end first; of one over all offers
    its best alone.
    """
    heads = dict.fromkeys(
        estimate.offer
        for one in estimates
        for estimate in one.result.estimates[: 1 if one.fields.get("on", "all") == "all" else COMPARED]
    )
    found: list[tuple[date, str]] = []
    for name in heads:
        offer = catalog.offers.get(name)
        life = offer.lifecycle if offer else None
        if offer is None or life is None:
            continue
        for day, what in ((life.training_ends, "trains until"), (life.inference_ends, "answers until")):
            if day and today <= day <= today + SOON:
                found.append((day, f"{offer.title} ({offer.platform_title}) {what} {day}"))
    return (line for _, line in sorted(found))


def _catalogue(catalog: Catalog, today: date) -> str:
    """How many prices there are, those of before among them, and how old."""
    gpus = catalog.gpus.offers.values()
    recorded = [rows for offer in catalog.offers.values() for rows in offer.prices.values()]
    days = [price.source.checked_on for rows in (*recorded, *(offer.prices for offer in gpus)) for price in rows]
    if not days:
        return f"Catalogue {catalog.version}: no prices."
    old = sum((today - day).days > OLD_DAYS for day in days)
    return (
        f"Catalogue {catalog.version}: {len(catalog.offers)} offers and {len(gpus)} of GPUs by the hour, "
        f"{len(days):,} prices recorded. "
        f"The newest was read on {max(days)} ({age(max(days), today)}); {old:,} were read over {OLD_DAYS} days ago."
    )


def _settings(data: HomeData) -> str:
    given: Mapping[str, str] = data.settled.fields
    labels = {field.key: field.label for field in FIELDS}
    lines = [f"• {labels[key]}: {escape(given[key])}" for key in DEFAULTS if given.get(key)]
    if given.get(RATE):
        lines.append(f"• 1 USD = {escape(given[RATE])} {escape(given.get('currency', ''))}, since {given[RATE_DAY]}")
    if data.budget:
        lines.append(
            f"• Budget of an estimate: {read_limit(data.budget.amount).text}, approved by {_approvers(data.budget)}"
        )
    return "*Settings of this workspace*\n" + (
        "\n".join(lines) or "No defaults yet. Admins can set them with the Settings button."
    )


def _approvers(budget: Budget) -> str:
    return ", ".join(f"<@{escape(user)}>" for user in budget.approvers) or "nobody"


def _button(text: str, action_id: str, style: str | None = None) -> Block:
    made: Block = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}}
    return made | ({"style": style} if style else {})

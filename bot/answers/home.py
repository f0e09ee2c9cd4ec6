"""The app's Home tab: a user's latest estimates and watches, the ends of their offers, and the workspace's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from bot.forms.defaults import FIELDS
from bot.language.reader import EXAMPLES
from bot.render.parts.ages import age
from bot.render.parts.blocks import Block, button, context, header, section, text_message
from bot.render.parts.escaping import clip, escape
from bot.render.parts.money import counted
from bot.render.parts.short import short_day
from bot.render.sentences.sources import read_day
from bot.slack.poster import permalink
from bot.store import Budget, SavedEstimate, Watch
from bot.workspace.budgets import read_limit
from bot.workspace.defaults import DEFAULTS, RATE, RATE_DAY, WorkspaceDefaults
from pricing import OLD_DAYS, Catalog, UnknownName

NEW_ESTIMATE, OPEN_DEFAULTS, OPEN_BUDGET = "home_estimate", "home_settings", "home_budget"
"""The ids of the buttons. A tab that was published before an update sends them later, so that they can't be renamed."""
MAX_ROWS = 8
TITLE = "Should we fine-tune?"
END_NOTICE = timedelta(days=365)
"""The time before an end from which it is listed."""


class HomeData(NamedTuple):
    """The data of a user's Home tab."""

    estimates: Sequence[SavedEstimate]
    watched: Sequence[tuple[Watch, SavedEstimate]]
    defaults: WorkspaceDefaults
    budget: Budget | None
    """The budget of the workspace."""
    team_url: str


def home(data: HomeData, catalog: Catalog, today: date) -> dict[str, Any]:
    """Return the view for views.publish.

    Args:
        data: The user's data.
        catalog: The catalogue, for ends and the age of prices.
        today: The current date.
    """
    is_first_visit = not (data.estimates or data.watched)
    blocks = _onboarding() if is_first_visit else _latest(data)
    if data.watched:
        blocks.append(section("*Watched*"))
        blocks += [_watched(watch, estimate, data.team_url) for watch, estimate in data.watched[:MAX_ROWS]]
        if len(data.watched) > MAX_ROWS:
            blocks.append(context(f"{len(data.watched) - MAX_ROWS} more: `/ftcost watch` lists them all."))
    relevant = [*data.estimates, *(estimate for _, estimate in data.watched)]
    ends = sorted({*_ending_offers(relevant, catalog, today), *_ending_bases(relevant, catalog, today)})
    if ends:
        lines = "\n".join(f"• {escape(text)}" for _, text in ends[:MAX_ROWS])
        blocks.append(section(f"*Your models that will end*\n{lines}"))
    blocks += [section(f"*Prices*\n{escape(_catalogue(catalog, today))}"), section(_defaults(data))]
    elements = [button("Defaults", OPEN_DEFAULTS), button("Budget of the workspace", OPEN_BUDGET)]
    blocks.append({"type": "actions", "elements": elements})
    return {"type": "home", "blocks": blocks}


def _onboarding() -> list[Block]:
    examples = "\n".join(f"• _{escape(example)}_" for example in EXAMPLES)
    return [
        header(TITLE),
        section(
            "I price fine-tuning on every platform, against prompting the model that you use today.\n"
            f"Tell me about your project in a sentence, here under Messages or after `/ftcost`:\n{examples}\n"
            "Or drop a training file into a message to me."
        ),
        {"type": "actions", "elements": [button("Start", NEW_ESTIMATE, style="primary")]},
    ]


def _latest(data: HomeData) -> list[Block]:
    """Return the user's latest estimates, each in one line: its question and its answer."""
    lines = [_line(estimate, data.team_url) for estimate in data.estimates[:MAX_ROWS]]
    blocks: list[Block] = [
        header(TITLE),
        {"type": "actions", "elements": [button("New estimate", NEW_ESTIMATE, style="primary")]},
    ]
    if lines:
        blocks += text_message("\n".join(["*Your latest estimates*", *lines])).blocks
    return blocks


def _line(estimate: SavedEstimate, team_url: str) -> str:
    return f"• {_link(estimate, team_url)}: {escape(clip(estimate.result.headline, 110))}"


def _watched(watch: Watch, estimate: SavedEstimate, team_url: str) -> Block:
    alerts = counted(watch.alerts, "alert") if watch.alerts else "no alerts yet"
    return section(f"*{_link(estimate, team_url)}*\nover {escape(watch.over)} · {alerts} · `{estimate.id}`")


def _link(estimate: SavedEstimate, team_url: str) -> str:
    """Return an estimate's name, or its question, as a link to its thread."""
    link = permalink(team_url, estimate)
    title = escape(clip(estimate.name or estimate.result.question, 100))
    return f"<{escape(link)}|{title}>" if link else title


def _ending_bases(estimates: Sequence[SavedEstimate], catalog: Catalog, today: date) -> Iterator[tuple[date, str]]:
    """Yield the day on which each model that is prompted today ends, if it does within a year, and the sentence."""
    for name in dict.fromkeys(base for estimate in estimates if (base := estimate.fields.get("base"))):
        try:
            model = catalog.base_models.price(name, today)
        except UnknownName:
            continue
        if model.ends and model.ends <= today + END_NOTICE:
            verb = "ended" if model.ends <= today else "ends"
            instead = f"; {model.provider} suggests {model.replaced_by} instead" if model.replaced_by else ""
            day = short_day(model.ends, today)
            yield model.ends, f"{model.model} ({model.provider}), which you prompt, {verb} {day}{instead}"


def _ending_offers(estimates: Sequence[SavedEstimate], catalog: Catalog, today: date) -> Iterator[tuple[date, str]]:
    """Yield the days on which these estimates' offers end within a year, and the sentences.

    An estimate counts with its best offer only: the others were looked at, and are not used.
    """
    names = dict.fromkeys(offer.offer for estimate in estimates for offer in estimate.result.estimates[:1])
    for name in names:
        offer = catalog.offers.get(name)
        life = offer.lifecycle if offer else None
        if offer is None or life is None:
            continue
        for day, verb in ((life.training_ends, "trains until"), (life.inference_ends, "callable until")):
            if day and today <= day <= today + END_NOTICE:
                yield day, f"{offer.title} ({offer.platform_title}) {verb} {short_day(day, today)}"


def _catalogue(catalog: Catalog, today: date) -> str:
    """Return the number of offers and recorded prices, and their age."""
    gpus = catalog.gpus.offers.values()
    recorded = [rows for offer in catalog.offers.values() for rows in offer.prices.values()]
    sources = [price.source for rows in (*recorded, *(offer.prices for offer in gpus)) for price in rows]
    if not sources:
        return f"Catalogue {catalog.version}: no prices."
    newest = max(sources, key=lambda source: source.checked_on)
    old_count = sum(source.is_old(today) for source in sources)
    return (
        f"Catalogue {catalog.version}: {len(catalog.offers)} offers and {len(gpus)} of GPUs by the hour, "
        f"{len(sources):,} prices recorded. "
        f"The newest was read on {read_day(newest)} ({age(newest, today)}); "
        f"{old_count:,} over {OLD_DAYS} days ago or undated."
    )


def _defaults(data: HomeData) -> str:
    fields: Mapping[str, str] = data.defaults.fields
    labels = {field.key: field.label for field in FIELDS}
    lines = [f"• {labels[key]}: {escape(fields[key])}" for key in DEFAULTS if fields.get(key)]
    if fields.get(RATE):
        lines.append(f"• 1 USD = {escape(fields[RATE])} {escape(fields.get('currency', ''))}, since {fields[RATE_DAY]}")
    if data.budget:
        lines.append(
            f"• Budget of an estimate: {read_limit(data.budget.amount).text}, approved by {_approvers(data.budget)}"
        )
    return "*Defaults of this workspace*\n" + (
        "\n".join(lines) or "No defaults yet. Admins can set them with the Defaults button."
    )


def _approvers(budget: Budget) -> str:
    return ", ".join(f"<@{escape(user)}>" for user in budget.approvers) or "no approvers"

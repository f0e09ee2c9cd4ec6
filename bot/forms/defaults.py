"""The modals for what a workspace settles: defaults of its estimates, and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.forms.estimates import View, field_block, plain
from bot.forms.fields import Field, field_of
from bot.store import WHOLE_WORKSPACE, Budget
from calculator import KEYS

SETTINGS, BUDGET = "settings_form", "budget_form"
AMOUNT, APPROVERS, SCOPE = "amount", "approvers", "scope"
MOST_APPROVERS = 10

FIELDS = (
    field_of(KEYS["on"])._replace(initial="", needed=False),
    field_of(KEYS["days"]),
    field_of(KEYS["customer"]),
    field_of(KEYS["currency"])._replace(hint="At the ECB's rate of the day, or your own."),
    Field("rate", "Your own rate: how much of it one US dollar buys", placeholder="0.92"),
)


def settings_form(settled: Mapping[str, str]) -> View:
    """Everything that is settled for a workspace."""
    blocks = [field_block(field, settled.get(field.key, "")) for field in FIELDS]
    return _modal(SETTINGS, "Settings", blocks)


def budget_form(budget: Budget | None, channel_id: str) -> View:
    """The budget of a channel (or of the workspace, where there is no channel), and who may approve more."""
    amount = field_block(
        Field(
            AMOUNT,
            "Most that an estimate may cost, USD",
            "In all (5000), or a month (500/month). Leave it empty to have none.",
            "5000",
        ),
        budget.amount if budget else "",
    )
    people: dict[str, Any] = {
        "type": "multi_users_select",
        "action_id": APPROVERS,
        "placeholder": plain("Choose people"),
        "max_selected_items": MOST_APPROVERS,
    }
    if budget and budget.approvers:
        people["initial_users"] = list(budget.approvers)
    blocks = [
        amount,
        {
            "type": "input",
            "block_id": APPROVERS,
            "label": plain("Who may approve more"),
            "hint": plain("They are asked in the estimate's thread: invite them where it is private."),
            "element": people,
            "optional": True,
        },
    ]
    if channel_id:
        options = [
            {"text": plain("For this channel"), "value": "channel"},
            {"text": plain("For the whole workspace"), "value": "workspace"},
        ]
        whole = budget is not None and budget.channel_id == WHOLE_WORKSPACE
        element = {"type": "radio_buttons", "action_id": SCOPE, "options": options, "initial_option": options[whole]}
        blocks.append({"type": "input", "block_id": SCOPE, "label": plain("Holds"), "element": element})
    return _modal(BUDGET, "Budget", blocks) | {"private_metadata": channel_id}


def read_budget(view: View, team_id: str) -> Budget:
    """What was chosen in `budget_form`; the amount as it was typed."""
    state = view["state"]["values"]
    scope = (state.get(SCOPE, {}).get(SCOPE, {}).get("selected_option") or {}).get("value")
    return Budget(
        team_id,
        view["private_metadata"] if scope == "channel" else WHOLE_WORKSPACE,
        (state[AMOUNT][AMOUNT].get("value") or "").strip(),
        tuple(state[APPROVERS][APPROVERS].get("selected_users") or ()),
    )


def read_settings_form(view: View) -> dict[str, str]:
    """What was typed into `settings_form`, by key."""
    found = {}
    for field in FIELDS:
        element = view["state"]["values"][field.key][field.key]
        found[field.key] = (element.get("selected_option") or {}).get("value") or element.get("value") or ""
    return found


def _modal(callback_id: str, title: str, blocks: list[dict[str, Any]]) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": blocks,
    }

"""The modals for a workspace's defaults and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.forms.estimates import View, field_block, plain
from bot.forms.fields import Field, field_of
from bot.store import WHOLE_WORKSPACE, Budget
from calculator import KEYS

DEFAULTS_FORM, BUDGET = "settings_form", "budget_form"
AMOUNT, APPROVERS, SCOPE = "amount", "approvers", "scope"
MAX_APPROVERS = 10

FIELDS = (
    field_of(KEYS["on"]),
    field_of(KEYS["days"]),
    field_of(KEYS["customer"]),
    field_of(KEYS["currency"])._replace(hint="Converted at the ECB's rate of the day, or at your own rate."),
    Field("rate", "Your own rate: units of the currency per US dollar", placeholder="0.92"),
)


def defaults_form(defaults: Mapping[str, str]) -> View:
    """Return the modal with a workspace's defaults, as text by key."""
    blocks = [field_block(field, defaults.get(field.key, "")) for field in FIELDS]
    return _modal(DEFAULTS_FORM, "Defaults", blocks)


def budget_form(budget: Budget | None, channel_id: str) -> View:
    """Return the modal with a budget.

    Args:
        budget: The current budget of the channel, or else of the workspace.
        channel_id: The channel; empty for the budget of the workspace.
    """
    amount = field_block(
        Field(
            AMOUNT,
            "Highest cost of an estimate, in USD",
            "For the whole estimate (5000) or for a month (500/month). Leave it empty for no budget.",
            "5000",
        ),
        budget.amount if budget else "",
    )
    people: dict[str, Any] = {
        "type": "multi_users_select",
        "action_id": APPROVERS,
        "placeholder": plain("Choose people"),
        "max_selected_items": MAX_APPROVERS,
    }
    if budget and budget.approvers:
        people["initial_users"] = list(budget.approvers)
    blocks = [
        amount,
        {
            "type": "input",
            "block_id": APPROVERS,
            "label": plain("Approvers of estimates above it"),
            "hint": plain("They're asked in the estimate's thread. Invite them to it if it's private."),
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
        blocks.append({"type": "input", "block_id": SCOPE, "label": plain("Applies to"), "element": element})
    return _modal(BUDGET, "Budget", blocks) | {"private_metadata": channel_id}


def read_budget(view: View, team_id: str) -> Budget:
    """Return the budget in the input of `budget_form`, with the amount as typed."""
    state = view["state"]["values"]
    scope = (state.get(SCOPE, {}).get(SCOPE, {}).get("selected_option") or {}).get("value")
    return Budget(
        team_id,
        view["private_metadata"] if scope == "channel" else WHOLE_WORKSPACE,
        (state[AMOUNT][AMOUNT].get("value") or "").strip(),
        tuple(state[APPROVERS][APPROVERS].get("selected_users") or ()),
    )


def read_defaults_form(view: View) -> dict[str, str]:
    """Return the input of `defaults_form` by key."""
    values = {}
    for field in FIELDS:
        element = view["state"]["values"][field.key][field.key]
        values[field.key] = (element.get("selected_option") or {}).get("value") or element.get("value") or ""
    return values


def _modal(callback_id: str, title: str, blocks: list[dict[str, Any]]) -> View:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": blocks,
    }

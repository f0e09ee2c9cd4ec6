"""The modals for a workspace's defaults and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.forms.choices import NOTHING_YET
from bot.forms.estimates import View, field_block
from bot.forms.fields import MAIN, SHARE, Field, field_of
from bot.forms.inputs import element_text
from bot.render.parts.blocks import modal, plain_text_object
from bot.slack.payload import at
from bot.store import WHOLE_WORKSPACE, Budget
from calculator import KEYS

DEFAULTS_FORM, BUDGET = "settings_form", "budget_form"
"""The ids of the forms. A form that is open during an update sends its id later, so that it can't be renamed."""
AMOUNT, APPROVERS, SCOPE = "amount", "approvers", "scope"
MAX_APPROVERS = 10

_MAIN = {field.key: field for field in MAIN}
FIELDS = (
    _MAIN["base"]._replace(
        label="Model used today", hint="The baseline of questions that name no other model.", is_required=False
    ),
    field_of(KEYS["calls"])._replace(
        label="Usual traffic", hint="Such as 20k/day, for questions with the tokens of a call."
    ),
    field_of(KEYS["cached"]),
    _MAIN["on"]._replace(label="Platforms and models", hint="Questions compare these alone, unless they name others."),
    field_of(KEYS["customer"]),
    field_of(KEYS["months"]),
    field_of(KEYS["days"]),
    SHARE._replace(
        label="Answers go", kind="menu", hint="The user can choose otherwise for each question.", is_required=False
    ),
    field_of(KEYS["currency"])._replace(hint="Converted at the ECB's rate of the day, or at your own rate."),
    Field("rate", "Your own rate: units of the currency per US dollar", placeholder="0.92"),
)


def defaults_form(defaults: Mapping[str, str], labels: Mapping[str, str] = MappingProxyType({})) -> View:
    """Return the modal with a workspace's defaults.

    Args:
        defaults: The defaults as text by key.
        labels: The labels of the type-ahead menus by value.
    """
    texts = {key: text for key, text in defaults.items() if (key, text) != ("on", "all")}
    blocks = [field_block(field, texts.get(field.key, ""), labels) for field in FIELDS]
    return modal("Defaults", blocks, submit="Save", callback_id=DEFAULTS_FORM)


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
        "placeholder": plain_text_object("Choose people"),
        "max_selected_items": MAX_APPROVERS,
    }
    if budget and budget.approvers:
        people["initial_users"] = list(budget.approvers)
    blocks = [
        amount,
        {
            "type": "input",
            "block_id": APPROVERS,
            "label": plain_text_object("Approvers of estimates above it"),
            "hint": plain_text_object("They're asked in the estimate's thread. Invite them to it if it's private."),
            "element": people,
            "optional": True,
        },
    ]
    if channel_id:
        options = [
            {"text": plain_text_object("For this channel"), "value": "channel"},
            {"text": plain_text_object("For the whole workspace"), "value": "workspace"},
        ]
        whole = budget is not None and budget.channel_id == WHOLE_WORKSPACE
        element = {"type": "radio_buttons", "action_id": SCOPE, "options": options, "initial_option": options[whole]}
        blocks.append(
            {"type": "input", "block_id": SCOPE, "label": plain_text_object("Applies to"), "element": element}
        )
    return modal("Budget", blocks, submit="Save", callback_id=BUDGET, private_metadata=channel_id)


def read_budget(view: View, team_id: str) -> Budget:
    """Return the budget in the input of `budget_form`, with the amount as typed."""
    state = at(view, "state", "values")
    people = at(state, APPROVERS, APPROVERS, "selected_users")
    is_for_channel = element_text(at(state, SCOPE, SCOPE)) == "channel"
    return Budget(
        team_id,
        str(view["private_metadata"]) if is_for_channel else WHOLE_WORKSPACE,
        (element_text(at(state, AMOUNT, AMOUNT)) or "").strip(),
        tuple(str(person) for person in people) if isinstance(people, list) else (),
    )


def read_defaults_form(view: View) -> dict[str, str]:
    """Return the input of `defaults_form` by key."""
    values = {field.key: element_text(at(view, "state", "values", field.key, field.key)) or "" for field in FIELDS}
    return values | ({"base": ""} if values["base"] == NOTHING_YET else {})

"""Slack's rules for interactive elements."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from playground.rules.node import Node
from playground.rules.texts import (
    ANY_TEXT,
    check_confirmation,
    check_option,
    check_option_group,
    check_plain_text,
    check_rich_text,
)

Container = Literal["actions", "section", "input"]

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class ElementRule:
    """The rule for an element type. Keys and containers are separated by spaces; `type` and `action_id` are implied."""

    required: str
    optional: str
    containers: str
    """The blocks that may contain the element."""
    check: Callable[[Node], None]


def check_element(element: Node, container: Container, *, surface: str) -> None:
    """Check an element of a block on a surface."""
    supported = {name for name, rule in ELEMENTS.items() if container in rule.containers.split()}
    if surface != "modal":
        supported.discard("file_input")
    kind = element.kind(supported)
    if kind is None:
        return
    rule = ELEMENTS[kind]
    element.object({"type", *rule.required.split()}, {"action_id", *rule.optional.split()})
    element["action_id"].string(maximum=255)
    check_plain_text(element["placeholder"], maximum=150)
    check_confirmation(element["confirm"])
    element["focus_on_load"].boolean()
    _check_dispatch_config(element["dispatch_action_config"])
    if element["response_url_enabled"].boolean() and (surface != "modal" or container != "input"):
        element["response_url_enabled"].refuse("response_url_enabled is only for input blocks of modals")
    rule.check(element)


def check_options_answer(answer: Node) -> None:
    """Check the app's answer to a request for the options of an external select."""
    if not answer.object((), {"options", "option_groups"}):
        return
    _check_options(answer, minimum=0)


def _check_dispatch_config(config: Node) -> None:
    if config.object((), {"trigger_actions_on"}):
        for trigger in config["trigger_actions_on"].array(maximum=2):
            trigger.choice({"on_enter_pressed", "on_character_entered"})


def _check_button(element: Node) -> None:
    check_plain_text(element["text"], maximum=75)
    element["url"].string(maximum=3000)
    element["value"].string(maximum=2000)
    element["style"].choice({"primary", "danger"})
    element["accessibility_label"].string(maximum=75)


def _check_options(element: Node, *, minimum: int = 1) -> None:
    if element["options"].present == element["option_groups"].present:
        element.refuse("must provide either options or option_groups")
    for item in element["options"].array(minimum=minimum, maximum=100):
        check_option(item)
    for group in element["option_groups"].array(minimum=minimum, maximum=100):
        check_option_group(group)


def _check_initial_option(element: Node, chosen: Node) -> None:
    groups = element.value.get("option_groups") or []
    options = [*(element.value.get("options") or []), *(o for group in groups for o in group.get("options", []))]
    if chosen.present and chosen.value not in options:
        chosen.refuse("initial option must be one of the options")


def _check_static_select(element: Node) -> None:
    _check_options(element)
    _check_initial_options(element)


def _check_initial_options(element: Node) -> None:
    limit = element["max_selected_items"].integer(minimum=1)
    _check_initial_option(element, element["initial_option"])
    for chosen in element["initial_options"].array(maximum=limit):
        _check_initial_option(element, chosen)


def _check_external_select(element: Node) -> None:
    element["min_query_length"].integer(minimum=0)
    if element["initial_option"].present:
        check_option(element["initial_option"])
    for chosen in element["initial_options"].array(maximum=element["max_selected_items"].integer(minimum=1)):
        check_option(chosen)


def _check_choice_list(element: Node) -> None:
    for item in element["options"].array(maximum=10):
        check_option(item, kinds=ANY_TEXT)
    _check_initial_options(element)


def _check_overflow(element: Node) -> None:
    for item in element["options"].array(minimum=2, maximum=5):
        check_option(item, url=True)


def _check_id_select(element: Node) -> None:
    for key in ("initial_conversation", "initial_channel", "initial_user"):
        element[key].string()
    for key in ("initial_conversations", "initial_channels", "initial_users"):
        for chosen in element[key].array(maximum=element["max_selected_items"].integer(minimum=1)):
            chosen.string()
    element["default_to_current_conversation"].boolean()
    conversations = element["filter"]
    if conversations.object((), {"include", "exclude_bot_users", "exclude_external_shared_channels"}):
        for kind in conversations["include"].array():
            kind.choice({"im", "mpim", "private", "public"})


def _check_plain_text_input(element: Node) -> None:
    element["multiline"].boolean()
    minimum = element["min_length"].integer(minimum=0, maximum=3000) or 0
    maximum = element["max_length"].integer(minimum=1, maximum=3000) or 3000
    if minimum > maximum:
        element["min_length"].refuse("min_length must not exceed max_length")
    element["initial_value"].string(minimum=minimum, maximum=maximum)


def _check_line_input(element: Node) -> None:
    element["initial_value"].string(maximum=3000)


def _check_number_input(element: Node) -> None:
    decimals = element["is_decimal_allowed"].boolean()
    minimum, maximum, initial = (
        _read_number(element[key], decimals=bool(decimals)) for key in ("min_value", "max_value", "initial_value")
    )
    if minimum is not None and maximum is not None and minimum > maximum:
        element["min_value"].refuse("min_value must not exceed max_value")
    if initial is not None and (
        (minimum is not None and initial < minimum) or (maximum is not None and initial > maximum)
    ):
        element["initial_value"].refuse("initial_value must be between min_value and max_value")


def _read_number(node: Node, *, decimals: bool) -> Decimal | None:
    """Return the number in a string; Slack refuses a JSON number here."""
    text = node.string()
    if text is None:
        return None
    if not NUMBER.fullmatch(text):
        node.refuse("must provide a number in a string")
        return None
    if "." in text and not decimals:
        node.refuse("decimals are not allowed")
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _checker_of_pattern(key: str, pattern: str) -> Callable[[Node], None]:
    def check(element: Node) -> None:
        text = element[key].string()
        if text is not None and not re.fullmatch(pattern, text):
            element[key].refuse("invalid date or time")

    return check


def _check_datetimepicker(element: Node) -> None:
    element["initial_date_time"].integer(minimum=1_000_000_000, maximum=9_999_999_999)


def _check_file_input(element: Node) -> None:
    element["max_files"].integer(minimum=1, maximum=10)
    for kind in element["filetypes"].array():
        kind.string()


def _check_rich_text_input(element: Node) -> None:
    if element["initial_value"].present:
        check_rich_text(element["initial_value"])


_check_date = _checker_of_pattern("initial_date", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_check_time = _checker_of_pattern("initial_time", r"([01]\d|2[0-3]):[0-5]\d")

_PICK = "confirm focus_on_load placeholder"
_TYPED = "initial_value placeholder focus_on_load dispatch_action_config"
_ALL = "actions section input"

ELEMENTS: dict[str, ElementRule] = {
    "button": ElementRule("text", "url value style confirm accessibility_label", "actions section", _check_button),
    "overflow": ElementRule("options", "confirm", "actions section", _check_overflow),
    "checkboxes": ElementRule("options", "initial_options confirm focus_on_load", _ALL, _check_choice_list),
    "radio_buttons": ElementRule("options", "initial_option confirm focus_on_load", _ALL, _check_choice_list),
    "static_select": ElementRule("", f"options option_groups initial_option {_PICK}", _ALL, _check_static_select),
    "multi_static_select": ElementRule(
        "", f"options option_groups initial_options max_selected_items {_PICK}", _ALL, _check_static_select
    ),
    "external_select": ElementRule("", f"initial_option min_query_length {_PICK}", _ALL, _check_external_select),
    "multi_external_select": ElementRule(
        "", f"initial_options min_query_length max_selected_items {_PICK}", _ALL, _check_external_select
    ),
    "conversations_select": ElementRule(
        "",
        f"initial_conversation default_to_current_conversation filter response_url_enabled {_PICK}",
        _ALL,
        _check_id_select,
    ),
    "channels_select": ElementRule("", f"initial_channel response_url_enabled {_PICK}", _ALL, _check_id_select),
    "users_select": ElementRule("", f"initial_user {_PICK}", _ALL, _check_id_select),
    "multi_conversations_select": ElementRule(
        "",
        f"initial_conversations default_to_current_conversation filter max_selected_items {_PICK}",
        _ALL,
        _check_id_select,
    ),
    "multi_channels_select": ElementRule("", f"initial_channels max_selected_items {_PICK}", _ALL, _check_id_select),
    "multi_users_select": ElementRule("", f"initial_users max_selected_items {_PICK}", _ALL, _check_id_select),
    "datepicker": ElementRule("", f"initial_date {_PICK}", _ALL, _check_date),
    "timepicker": ElementRule("", f"initial_time timezone {_PICK}", _ALL, _check_time),
    "datetimepicker": ElementRule(
        "", "initial_date_time confirm focus_on_load", "actions input", _check_datetimepicker
    ),
    "plain_text_input": ElementRule("", f"multiline min_length max_length {_TYPED}", "input", _check_plain_text_input),
    "email_text_input": ElementRule("", _TYPED, "input", _check_line_input),
    "url_text_input": ElementRule("", _TYPED, "input", _check_line_input),
    "number_input": ElementRule("is_decimal_allowed", f"min_value max_value {_TYPED}", "input", _check_number_input),
    "rich_text_input": ElementRule("", f"min_lines max_lines {_TYPED}", "actions input", _check_rich_text_input),
    "file_input": ElementRule("", "filetypes max_files", "input", _check_file_input),
}

"""Slack's rules for interactive elements, by element type and by the block they sit in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from playground.rules.node import Node
from playground.rules.texts import ANY_TEXT, confirm_dialog, option, option_group, plain_text, rich_text

Container = Literal["actions", "section", "input"]

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class ElementRule:
    """Which keys an element has (space separated, `type` and `action_id` aside), where it may sit, what else holds."""

    required: str
    optional: str
    containers: str
    check: Callable[[Node], None]


def check_element(element: Node, container: Container, *, surface: str) -> None:
    here = {name for name, rule in ELEMENTS.items() if container in rule.containers.split()}
    if surface != "modal":
        here.discard("file_input")
    kind = element.kind(here)
    if kind is None:
        return
    rule = ELEMENTS[kind]
    element.object({"type", *rule.required.split()}, {"action_id", *rule.optional.split()})
    element["action_id"].string(most=255)
    plain_text(element["placeholder"], most=150)
    confirm_dialog(element["confirm"])
    element["focus_on_load"].boolean()
    _dispatch_config(element["dispatch_action_config"])
    if element["response_url_enabled"].boolean() and (surface != "modal" or container != "input"):
        element["response_url_enabled"].refuse("response_url_enabled is only for input blocks of modals")
    rule.check(element)


def check_options_answer(answer: Node) -> None:
    """What a bot may answer when an external select asks for options."""
    if not answer.object((), {"options", "option_groups"}):
        return
    _options_or_groups(answer, least=0)


def _dispatch_config(config: Node) -> None:
    if config.object((), {"trigger_actions_on"}):
        for trigger in config["trigger_actions_on"].array(most=2):
            trigger.choice({"on_enter_pressed", "on_character_entered"})


def _button(element: Node) -> None:
    plain_text(element["text"], most=75)
    element["url"].string(most=3000)
    element["value"].string(most=2000)
    element["style"].choice({"primary", "danger"})
    element["accessibility_label"].string(most=75)


def _options_or_groups(element: Node, *, least: int = 1) -> None:
    if element["options"].present == element["option_groups"].present:
        element.refuse("must provide either options or option_groups")
    for item in element["options"].array(least=least, most=100):
        option(item)
    for group in element["option_groups"].array(least=least, most=100):
        option_group(group)


def _among_options(element: Node, chosen: Node) -> None:
    groups = element.value.get("option_groups") or []
    known = [*(element.value.get("options") or []), *(o for group in groups for o in group.get("options", []))]
    if chosen.present and chosen.value not in known:
        chosen.refuse("initial option must be one of the options")


def _static_select(element: Node) -> None:
    _options_or_groups(element)
    _initial_options(element)


def _initial_options(element: Node) -> None:
    most = element["max_selected_items"].integer(least=1)
    _among_options(element, element["initial_option"])
    for chosen in element["initial_options"].array(most=most):
        _among_options(element, chosen)


def _external_select(element: Node) -> None:
    element["min_query_length"].integer(least=0)
    if element["initial_option"].present:
        option(element["initial_option"])
    for chosen in element["initial_options"].array(most=element["max_selected_items"].integer(least=1)):
        option(chosen)


def _choice_list(element: Node) -> None:
    for item in element["options"].array(most=10):
        option(item, kinds=ANY_TEXT)
    _initial_options(element)


def _overflow(element: Node) -> None:
    for item in element["options"].array(least=2, most=5):
        option(item, url=True)


def _id_select(element: Node) -> None:
    for key in ("initial_conversation", "initial_channel", "initial_user"):
        element[key].string()
    for key in ("initial_conversations", "initial_channels", "initial_users"):
        for chosen in element[key].array(most=element["max_selected_items"].integer(least=1)):
            chosen.string()
    element["default_to_current_conversation"].boolean()
    conversations = element["filter"]
    if conversations.object((), {"include", "exclude_bot_users", "exclude_external_shared_channels"}):
        for kind in conversations["include"].array():
            kind.choice({"im", "mpim", "private", "public"})


def _plain_text_input(element: Node) -> None:
    element["multiline"].boolean()
    least = element["min_length"].integer(least=0, most=3000) or 0
    most = element["max_length"].integer(least=1, most=3000) or 3000
    if least > most:
        element["min_length"].refuse("min_length must not exceed max_length")
    element["initial_value"].string(least=least, most=most)


def _line_input(element: Node) -> None:
    element["initial_value"].string(most=3000)


def _number_input(element: Node) -> None:
    decimals = element["is_decimal_allowed"].boolean()
    least, most, initial = (
        _number(element[key], decimals=bool(decimals)) for key in ("min_value", "max_value", "initial_value")
    )
    if least is not None and most is not None and least > most:
        element["min_value"].refuse("min_value must not exceed max_value")
    if initial is not None and ((least is not None and initial < least) or (most is not None and initial > most)):
        element["initial_value"].refuse("initial_value must be between min_value and max_value")


def _number(node: Node, *, decimals: bool) -> Decimal | None:
    """Numbers travel as strings here: a JSON number is refused."""
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


def _pattern(key: str, pattern: str) -> Callable[[Node], None]:
    def check(element: Node) -> None:
        text = element[key].string()
        if text is not None and not re.fullmatch(pattern, text):
            element[key].refuse("invalid date or time")

    return check


def _datetimepicker(element: Node) -> None:
    element["initial_date_time"].integer(least=1_000_000_000, most=9_999_999_999)


def _file_input(element: Node) -> None:
    element["max_files"].integer(least=1, most=10)
    for kind in element["filetypes"].array():
        kind.string()


def _rich_text_input(element: Node) -> None:
    if element["initial_value"].present:
        rich_text(element["initial_value"])


_date = _pattern("initial_date", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_time = _pattern("initial_time", r"([01]\d|2[0-3]):[0-5]\d")

_PICK = "confirm focus_on_load placeholder"
_TYPED = "initial_value placeholder focus_on_load dispatch_action_config"
_ALL = "actions section input"

ELEMENTS: dict[str, ElementRule] = {
    "button": ElementRule("text", "url value style confirm accessibility_label", "actions section", _button),
    "overflow": ElementRule("options", "confirm", "actions section", _overflow),
    "checkboxes": ElementRule("options", "initial_options confirm focus_on_load", _ALL, _choice_list),
    "radio_buttons": ElementRule("options", "initial_option confirm focus_on_load", _ALL, _choice_list),
    "static_select": ElementRule("", f"options option_groups initial_option {_PICK}", _ALL, _static_select),
    "multi_static_select": ElementRule(
        "", f"options option_groups initial_options max_selected_items {_PICK}", _ALL, _static_select
    ),
    "external_select": ElementRule("", f"initial_option min_query_length {_PICK}", _ALL, _external_select),
    "multi_external_select": ElementRule(
        "", f"initial_options min_query_length max_selected_items {_PICK}", _ALL, _external_select
    ),
    "conversations_select": ElementRule(
        "",
        f"initial_conversation default_to_current_conversation filter response_url_enabled {_PICK}",
        _ALL,
        _id_select,
    ),
    "channels_select": ElementRule("", f"initial_channel response_url_enabled {_PICK}", _ALL, _id_select),
    "users_select": ElementRule("", f"initial_user {_PICK}", _ALL, _id_select),
    "multi_conversations_select": ElementRule(
        "",
        f"initial_conversations default_to_current_conversation filter max_selected_items {_PICK}",
        _ALL,
        _id_select,
    ),
    "multi_channels_select": ElementRule("", f"initial_channels max_selected_items {_PICK}", _ALL, _id_select),
    "multi_users_select": ElementRule("", f"initial_users max_selected_items {_PICK}", _ALL, _id_select),
    "datepicker": ElementRule("", f"initial_date {_PICK}", _ALL, _date),
    "timepicker": ElementRule("", f"initial_time timezone {_PICK}", _ALL, _time),
    "datetimepicker": ElementRule("", "initial_date_time confirm focus_on_load", "actions input", _datetimepicker),
    "plain_text_input": ElementRule("", f"multiline min_length max_length {_TYPED}", "input", _plain_text_input),
    "email_text_input": ElementRule("", _TYPED, "input", _line_input),
    "url_text_input": ElementRule("", _TYPED, "input", _line_input),
    "number_input": ElementRule("is_decimal_allowed", f"min_value max_value {_TYPED}", "input", _number_input),
    "rich_text_input": ElementRule("", f"min_lines max_lines {_TYPED}", "actions input", _rich_text_input),
    "file_input": ElementRule("", "filetypes max_files", "input", _file_input),
}

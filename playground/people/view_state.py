"""The state of a view's inputs, in the form in which Slack reports it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from playground.rules.blocks import elements_of
from playground.rules.node import Json

State = dict[str, dict[str, Json]]
"""The state of each element, by block id and action id: `view.state.values` in Slack's payloads."""

# element type -> (key of the state, key of the initial value, whether it is a list)
_SHAPES: dict[str, tuple[str, str, bool]] = {
    "plain_text_input": ("value", "initial_value", False),
    "number_input": ("value", "initial_value", False),
    "email_text_input": ("value", "initial_value", False),
    "url_text_input": ("value", "initial_value", False),
    "rich_text_input": ("rich_text_value", "initial_value", False),
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "radio_buttons": ("selected_option", "initial_option", False),
    "multi_static_select": ("selected_options", "initial_options", True),
    "multi_external_select": ("selected_options", "initial_options", True),
    "checkboxes": ("selected_options", "initial_options", True),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "channels_select": ("selected_channel", "initial_channel", False),
    "users_select": ("selected_user", "initial_user", False),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", True),
    "multi_channels_select": ("selected_channels", "initial_channels", True),
    "multi_users_select": ("selected_users", "initial_users", True),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
    "file_input": ("files", "", True),
}
FORM_FILE_BYTES = 10_000_000
_TYPED = {"plain_text_input", "number_input", "email_text_input", "url_text_input"}
# These have no state, but report the chosen option.
_CLICKED = {"overflow": ("selected_option", "", False)}


def initial_state(blocks: list[Json], *, channel: str | None = None) -> State:
    """Return the state of an untouched view or message that a user sees in a channel."""
    state: State = {}
    for block in blocks:
        for _, element in elements_of(block):
            if element["type"] in _SHAPES:
                state.setdefault(block["block_id"], {})[element["action_id"]] = _initial(element, channel)
    return state


def fill(view: Json, answers: dict[str, Any], *, channel: str | None = None) -> State:
    """Return the complete state of a view after these answers, by block id.

    Raises:
        ValueError: An answer has no input, or isn't among its options.
    """
    state = initial_state(view["blocks"], channel=channel)
    unknown = answers.keys() - state.keys()
    if unknown:
        raise ValueError(f"no input in block {sorted(unknown)}; this view has {sorted(state)}")
    for block in view["blocks"]:
        block_id = block["block_id"]
        if block_id not in answers:
            continue
        elements = [e for _, e in elements_of(block) if e["type"] in _SHAPES]
        by_action = answers[block_id] if len(elements) > 1 else {elements[0]["action_id"]: answers[block_id]}
        for element in elements:
            if element["action_id"] in by_action:
                state[block_id][element["action_id"]] = element_state(element, by_action[element["action_id"]])
    return state


def element_state(element: Json, answer: Any) -> Json:
    """Return an element's state after an answer: a text, an option's value, a list of values, an id or a date."""
    key, _, is_list = (_SHAPES | _CLICKED)[element["type"]]
    if is_list:
        answers = answer if isinstance(answer, list | tuple) else [answer] if answer else []
        chosen: Any = [_value_of(element, item) for item in answers]
    else:
        chosen = None if answer in (None, "") else _value_of(element, answer)
    return {"type": element["type"], key: chosen}


def answer_of(state: Json) -> Any:
    """Return the answer in an element's state."""
    shape = (_SHAPES | _CLICKED).get(str(state.get("type")))
    return state.get(shape[0]) if shape else None


def client_errors(view: Json, state: State) -> dict[str, str]:
    """Return the errors that Slack's client shows before it submits a view, by block id."""
    errors: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        answer = answer_of(state[block["block_id"]][element["action_id"]])
        if answer in (None, "", []):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
        elif problem := _client_error(element, answer):
            errors[block["block_id"]] = problem
    return errors


def _client_error(element: Json, answer: Any) -> str | None:
    if element["type"] == "number_input":
        return _number_error(element, str(answer))
    if element["type"] == "plain_text_input":
        minimum, maximum = element.get("min_length", 0), element.get("max_length", 3000)
        if not minimum <= len(answer) <= maximum:
            return f"Please use between {minimum} and {maximum} characters."
    if element["type"] == "file_input":
        if len(answer) > element.get("max_files", 10):
            return f"Please attach at most {element.get('max_files', 10)}."
        if any(file["size"] > FORM_FILE_BYTES for file in answer):
            return "Please attach files of at most 10 MB."
    max_items = element.get("max_selected_items")
    if max_items is not None and len(answer) > max_items:
        return f"Please choose at most {max_items}."
    return None


def _number_error(element: Json, text: str) -> str | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None


def _initial(element: Json, channel: str | None) -> Json:
    key, initial_key, is_list = _SHAPES[element["type"]]
    value = element.get(initial_key, [] if is_list else None)
    if element.get("default_to_current_conversation") and initial_key not in element and channel:
        value = [channel] if is_list else channel
    return {"type": element["type"], key: value}


def _value_of(element: Json, answer: Any) -> Any:
    """Return an answer as the state contains it. Raise ValueError for a choice that isn't among the options."""
    if element["type"] in _TYPED:
        return str(answer)
    if not _SHAPES.get(element["type"], ("selected_option",))[0].startswith("selected_option"):
        return answer
    if "external" in element["type"]:
        return answer if isinstance(answer, dict) else _plain_option(str(answer))
    options = [*element.get("options", []), *(o for g in element.get("option_groups", []) for o in g["options"])]
    for option in options:
        if answer == option or answer == option["value"]:
            return option
    raise ValueError(f"{answer!r} is not among {[option['value'] for option in options]}")


def _plain_option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}

"""The input of the estimate form: its blocks, the fields of the question that they stand for, and their errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.forms.choices import NOTHING_YET
from bot.forms.fields import ANY, CALLS_PER, LABELS, MAX_LENGTH, ONLY, OPTIONS, SAME
from bot.language.surrogates import without_lone_surrogates
from bot.slack.payload import at
from calculator import KEYS, FieldErrors, UserError

View = dict[str, Any]

COMPOSED = frozenset({CALLS_PER, OPTIONS})
HOW_MANY_EXAMPLES = "How many examples do you have? Upload the file, or write a number such as 10,000."
HOW_LONG_AN_EXAMPLE = "About how many tokens is one example? 600 fits most support chats."
HOW_MUCH_TRAFFIC = "How many calls do you expect? 1k a day is an internal tool, 100k a product."
HOW_LONG_AN_ANSWER = "About how many tokens is one answer? 150 is a paragraph."
HOW_LONG_A_PROMPT = (
    "How long is your prompt, with the user's message? 1,500 tokens are about two pages. "
    "Or write message/answer, such as 300/150, in the next field."
)
WHICH_MODEL = "Which model do you use today? Tuning is compared with it."
CHOOSE_ONE = "Choose at least one platform, model or offer, or select Anything."
NO_CLASS = "No class is published for the model that you use today. Select Anything, or only the models you choose."

_KEY = "|".join(sorted(KEYS, key=len, reverse=True))
_VALUE_AFTER_KEY = re.compile(rf"(?<![\w=])(?:{_KEY})=([^\s,;.!?”][^\s,;!?”]*)")
_KEY_ALONE = re.compile(rf"(?<![\w=])({_KEY})=(?=[\s,;.!?”)]|$)")
_PERIOD = re.compile(r"(.*?)(?:/| per | an? )\s*(\w+)\s*", re.IGNORECASE | re.DOTALL)
_PERIOD_NAMES = frozenset({"hour", "day", "week", "month", "year"})


def read_inputs(view: View) -> dict[str, str]:
    """Return the text or the choice of each filled block of a form, by block id.

    Raises:
        FieldErrors: A text is longer than the form allows.
    """
    inputs: dict[str, str] = {}
    values = at(view, "state", "values")
    for block_id, actions in values.items() if isinstance(values, dict) else ():
        if (block_id in KEYS or block_id in COMPOSED) and isinstance(actions, dict):
            for element in actions.values():
                text = element_text(element)
                if text and text.strip():
                    inputs[block_id] = text.strip()
    if too_long := {
        block_id: f"Enter at most {MAX_LENGTH:,} characters."
        for block_id, text in inputs.items()
        if len(text) > MAX_LENGTH
    }:
        raise FieldErrors(too_long)
    return inputs


def compose_fields(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the question that a form's input stands for, in the grammar.

    A number of calls gets its period, one number for an answer becomes `call=0/answer`, and the choice of options
    becomes `on` and `like`.

    Args:
        inputs: The result of `read_inputs`.
    """
    fields = {key: text for key, text in inputs.items() if key in KEYS}
    if fields.get("base") == NOTHING_YET:
        del fields["base"]
    if (calls := fields.get("calls")) and not _PERIOD.fullmatch(calls):
        fields["calls"] = f"{calls}/{inputs.get(CALLS_PER, 'day')}"
    if (call := fields.get("call")) and not re.search("[/:]", call):
        fields["call"] = f"0/{call}"
    if OPTIONS in inputs and "on" not in fields:
        fields["on"] = "all"
        if inputs[OPTIONS] == SAME and "base" in fields:
            fields.setdefault("like", "base")
    return fields


def split_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the input of a form that stands for the fields of a question.

    Args:
        fields: The question, in the grammar.
    """
    inputs = dict(fields)
    if match := _PERIOD.fullmatch(inputs.get("calls", "")):
        period = match[2].lower().removesuffix("s")
        if period in _PERIOD_NAMES:
            inputs |= {"calls": match[1].strip(), CALLS_PER: period}
    if inputs.get("call", "").startswith("0/"):
        inputs["call"] = inputs["call"].removeprefix("0/")
    before, _, after = inputs.get("prompt", "").partition("->")
    if before and before == after:
        inputs["prompt"] = before
    names = inputs.pop("on", "").strip()
    if names and names.lower() != "all":
        inputs |= {OPTIONS: ONLY, "on": names}
    elif inputs.get("like", "").strip().lower() == "base":
        del inputs["like"]
        inputs[OPTIONS] = SAME
    else:
        inputs[OPTIONS] = ANY if names else SAME
    return inputs


def missing_inputs(inputs: Mapping[str, str], *, has_file: bool) -> dict[str, str]:
    """Return a question to the user for each field that has to be filled, by block id.

    Args:
        inputs: The result of `read_inputs`.
        has_file: Whether a training file is attached, from which examples and their tokens are counted.
    """
    errors: dict[str, str] = {}
    if not has_file and "examples" not in inputs:
        errors["examples"] = HOW_MANY_EXAMPLES
    if not has_file and "example" not in inputs:
        errors["example"] = HOW_LONG_AN_EXAMPLE
    if inputs.get(OPTIONS) == ONLY and "on" not in inputs:
        errors["on"] = CHOOSE_ONE
    return errors | missing_traffic(inputs)


def missing_traffic(inputs: Mapping[str, str]) -> dict[str, str]:
    """Return a question to the user for each field that the cost of calls needs, by block id."""
    errors: dict[str, str] = {}
    if "call" in inputs and not inputs.keys() & {"calls", "base", "base_rates"}:
        errors["calls"] = HOW_MUCH_TRAFFIC
    if "calls" in inputs and "call" not in inputs:
        errors["call"] = HOW_LONG_AN_ANSWER
    if "call" in inputs and not re.search("[/:]", inputs["call"]) and "prompt" not in inputs:
        errors["prompt"] = HOW_LONG_A_PROMPT
    return errors


def errors_for(view: View, errors: Mapping[str, str]) -> dict[str, str]:
    """Return the errors by block_id, for a response to a submission, in the words of the fields.

    Args:
        view: The submitted form.
        errors: Texts by key or block id. An error without a block is moved to the first field, with its field's name.
    """
    blocks = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    texts: dict[str, str] = {}
    for key, text in errors.items():
        block_id, line = key, in_field_words(text)
        if key == "like" and OPTIONS in blocks and key not in blocks:
            block_id, line = OPTIONS, NO_CLASS
        elif key not in blocks:
            block_id = blocks[0]
            line = f"{LABELS[key]}: {line} (Under More options.)" if key in LABELS else line
        texts[block_id] = f"{texts[block_id]} {line}" if block_id in texts else line
    return {block_id: text[:2_000] for block_id, text in texts.items()}


def ask_in_words(error: UserError, fields: Mapping[str, str]) -> str:
    """Return the faults of a question in plain English, in the words of the form.

    Args:
        error: The faults.
        fields: The question, in the grammar.
    """
    if not isinstance(error, FieldErrors):
        return str(error)
    missing = missing_inputs(split_fields(fields), has_file=False)
    return " ".join(
        missing.get(key) or f"{LABELS.get(key, key)}: {in_field_words(text)}" for key, text in error.errors.items()
    )


def in_field_words(text: str) -> str:
    """Return an error without the grammar's keys: `calls=50k/day` becomes 50k/day, `calls=` the field's name."""
    text = _KEY_ALONE.sub(lambda match: f"“{LABELS[match[1]]}”", text)
    return _VALUE_AFTER_KEY.sub(lambda match: match[1], text)


def element_text(element: Any) -> str | None:
    """Return the text or the choice in the state of an element, the choices of a list joined by commas."""
    if (options := at(element, "selected_options")) is not None:
        if not isinstance(options, list):
            return None
        return without_lone_surrogates(",".join(str(at(option, "value")) for option in options))
    value = at(element, "selected_option", "value") or at(element, "value")
    return without_lone_surrogates(value) if isinstance(value, str) else None

"""Slack's refusals of single blocks, with their JSON pointers."""

from __future__ import annotations

from typing import Any

import pytest

from playground.rules.blocks import Surface, check_blocks
from playground.rules.node import Node
from tests.playground.slack_blocks import (
    Json,
    actions,
    button,
    cell,
    chart,
    data_table,
    input_block,
    line,
    mrkdwn,
    number,
    option,
    plain,
    rich,
    select,
    series,
    table,
    text_input,
)


def problems(blocks: Any, surface: Surface = "message") -> list[str]:
    node = Node(blocks, "/blocks")
    check_blocks(node, surface)
    return node.problems


VALID: list[tuple[Surface, Json]] = [
    ("message", {"type": "section", "text": mrkdwn("*x*"), "accessory": button(url="https://example.com")}),
    ("message", {"type": "section", "fields": [mrkdwn()] * 10}),
    ("message", {"type": "header", "text": plain("x" * 150)}),
    ("message", {"type": "divider", "block_id": "d"}),
    ("message", {"type": "context", "elements": [mrkdwn()] * 10}),
    ("message", actions(*[button(action_id=str(n)) for n in range(25)])),
    ("message", {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x"}),
    ("message", rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})),
    ("message", rich({"type": "text", "text": "x"}, kind="rich_text_preformatted")),
    ("message", table([[cell()] * 20] * 25, column_settings=[None, {"align": "right"}])),
    ("home", data_table([[cell()], [{"type": "raw_number", "value": 1.5, "text": "$1.50"}]], page_size=100)),
    ("message", chart(type="pie", segments=[{"label": "a", "value": 1}])),
    ("message", line([series(), series("t", ("Feb", "Jan"))], x_label="Month")),
    ("message", {"type": "markdown", "text": "x" * 12_000}),
    ("modal", text_input(min_length=0, max_length=3000, initial_value="x")),
    ("modal", number(min_value="-1", max_value="9", initial_value="3")),
    ("modal", select(options=[option()], initial_option=option())),
    ("modal", select(option_groups=[{"label": plain(), "options": [option()]}], initial_option=option())),
    ("modal", input_block(type="external_select", min_query_length=0)),
    ("modal", input_block(type="conversations_select", response_url_enabled=True, filter={"include": ["public"]})),
    ("modal", input_block(type="datepicker", initial_date="2026-02-28")),
    ("modal", input_block(type="radio_buttons", options=[{"text": mrkdwn(), "value": "a"}])),
    ("modal", input_block(type="file_input", max_files=10)),
]


@pytest.mark.parametrize(("surface", "block"), VALID)
def test_valid_block_is_accepted(surface: Surface, block: Json) -> None:
    assert problems([block], surface) == []


INVALID: list[tuple[Surface, Json, str, str]] = [
    # text
    ("message", {"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters", "/text/text"),
    ("message", {"type": "header", "text": mrkdwn()}, "must be one of: plain_text", "/text/type"),
    ("message", {"type": "header", "text": plain("")}, "must be more than 0 characters", "/text/text"),
    ("message", {"type": "header", "text": "x"}, "must provide an object", "/text"),
    ("message", {"type": "header"}, "missing required field: text", ""),
    ("message", {"type": "section"}, "must define either `text` or `fields`", ""),
    ("message", {"type": "section", "text": mrkdwn("x" * 3001)}, "must be less than 3001 characters", "/text/text"),
    ("message", {"type": "section", "fields": [mrkdwn()] * 11}, "no more than 10 items allowed", "/fields"),
    (
        "message",
        {"type": "section", "fields": [mrkdwn("x" * 2001)]},
        "must be less than 2001 characters",
        "/fields/0/text",
    ),
    (
        "message",
        {"type": "section", "text": {**mrkdwn(), "emoji": True}},
        "emoji is only for plain_text",
        "/text/emoji",
    ),
    ("message", {"type": "section", "text": mrkdwn(), "colour": "red"}, "invalid additional property: colour", ""),
    ("message", {"type": "context", "elements": [mrkdwn()] * 11}, "no more than 10 items allowed", "/elements"),
    ("message", {"type": "divider", "block_id": "x" * 256}, "must be less than 256 characters", "/block_id"),
    # types and surfaces
    ("message", {"type": "video"}, "unsupported type: video", "/type"),
    ("message", {"type": "file", "external_id": "x", "source": "remote"}, "unsupported type: file", "/type"),
    ("message", {"text": mrkdwn()}, "missing required field: type", ""),
    ("modal", table([[cell()]]), "unsupported type: table", "/type"),
    ("modal", data_table([[cell()], [cell()]]), "unsupported type: data_table", "/type"),
    ("home", {"type": "markdown", "text": "x"}, "unsupported type: markdown", "/type"),
    (
        "modal",
        chart(type="pie", segments=[{"label": "a", "value": 1}]),
        "unsupported type: data_visualization",
        "/type",
    ),
    ("message", input_block(type="file_input"), "unsupported type: file_input", "/element/type"),
    ("message", actions({"type": "plain_text_input"}), "unsupported type: plain_text_input", "/elements/0/type"),
    ("modal", input_block(type="button", text=plain()), "unsupported type: button", "/element/type"),
    (
        "message",
        {"type": "section", "text": plain(), "accessory": {"type": "datetimepicker"}},
        "unsupported type: datetimepicker",
        "/accessory/type",
    ),
    # buttons
    (
        "message",
        actions(*[button(action_id=str(n)) for n in range(26)]),
        "no more than 25 items allowed",
        "/elements",
    ),
    (
        "message",
        actions(button(text=plain("x" * 76))),
        "must be less than 76 characters",
        "/elements/0/text/text",
    ),
    ("message", actions(button(text=mrkdwn())), "must be one of: plain_text", "/elements/0/text/type"),
    ("message", actions(button(value="x" * 2001)), "must be less than 2001 characters", "/elements/0/value"),
    ("message", actions(button(url="x" * 3001)), "must be less than 3001 characters", "/elements/0/url"),
    ("message", actions(button(style="default")), "must be one of: danger, primary", "/elements/0/style"),
    ("message", actions(button(action_id="x" * 256)), "must be less than 256 characters", "/elements/0/action_id"),
    ("message", actions(button(), button()), "action_id already exists: b", "/elements/1/action_id"),
    (
        "message",
        actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain("x" * 31), "deny": plain()})),
        "must be less than 31 characters",
        "/elements/0/confirm/confirm/text",
    ),
    # options
    ("modal", select(), "must provide either options or option_groups", "/element"),
    ("modal", select(options=[]), "no fewer than 1 items allowed", "/element/options"),
    ("modal", select(options=[option()] * 101), "no more than 100 items allowed", "/element/options"),
    (
        "modal",
        select(options=[option("x" * 151)]),
        "must be less than 151 characters",
        "/element/options/0/value",
    ),
    (
        "modal",
        select(options=[option(description=plain("x" * 76))]),
        "must be less than 76 characters",
        "/element/options/0/description/text",
    ),
    (
        "modal",
        select(options=[{"text": mrkdwn(), "value": "a"}]),
        "must be one of: plain_text",
        "/element/options/0/text/type",
    ),
    (
        "modal",
        select(options=[option("a")], initial_option=option("b")),
        "initial option must be one of the options",
        "/element/initial_option",
    ),
    (
        "modal",
        select(option_groups=[{"label": plain("x" * 76), "options": [option()]}]),
        "must be less than 76 characters",
        "/element/option_groups/0/label/text",
    ),
    (
        "modal",
        input_block(type="multi_static_select", options=[option("a"), option("b")], initial_options=[option("c")]),
        "initial option must be one of the options",
        "/element/initial_options/0",
    ),
    (
        "modal",
        input_block(type="checkboxes", options=[option()] * 11),
        "no more than 10 items allowed",
        "/element/options",
    ),
    (
        "message",
        actions({"type": "overflow", "options": [option()]}),
        "no fewer than 2 items allowed",
        "/elements/0/options",
    ),
    (
        "message",
        actions({"type": "overflow", "options": [option()] * 6}),
        "no more than 5 items allowed",
        "/elements/0/options",
    ),
    # inputs
    ("modal", {"type": "input", "label": plain()}, "missing required field: element", ""),
    (
        "modal",
        text_input(placeholder=plain("x" * 151)),
        "must be less than 151 characters",
        "/element/placeholder/text",
    ),
    ("modal", text_input(max_length=3001), "must be at most 3000", "/element/max_length"),
    ("modal", text_input(min_length=5, max_length=4), "min_length must not exceed max_length", "/element/min_length"),
    (
        "modal",
        text_input(max_length=3, initial_value="four"),
        "must be less than 4 characters",
        "/element/initial_value",
    ),
    ("modal", input_block(type="number_input"), "missing required field: is_decimal_allowed", "/element"),
    ("modal", number(min_value=1), "must provide a string", "/element/min_value"),
    ("modal", number(initial_value="1.5"), "decimals are not allowed", "/element/initial_value"),
    ("modal", number(initial_value="1e3"), "must provide a number in a string", "/element/initial_value"),
    (
        "modal",
        number(max_value="3", initial_value="4"),
        "initial_value must be between min_value and max_value",
        "/element/initial_value",
    ),
    ("modal", number(min_value="3", max_value="2"), "min_value must not exceed max_value", "/element/min_value"),
    (
        "modal",
        input_block(type="datepicker", initial_date="28.02.2026"),
        "invalid date or time",
        "/element/initial_date",
    ),
    (
        "message",
        input_block(type="conversations_select", response_url_enabled=True),
        "response_url_enabled is only for input blocks of modals",
        "/element/response_url_enabled",
    ),
    # images and rich text
    ("message", {"type": "image", "image_url": "https://x.test"}, "missing required field: alt_text", ""),
    ("message", {"type": "image", "alt_text": "x"}, "must provide either image_url or slack_file", ""),
    ("message", {"type": "image", "alt_text": "x", "image_url": "x.png"}, "invalid url", "/image_url"),
    ("message", rich({"type": "bold"}), "unsupported type: bold", "/elements/0/elements/0/type"),
    ("message", rich({"type": "text"}), "missing required field: text", "/elements/0/elements/0"),
    (
        "message",
        rich({"type": "text", "text": "x", "style": {"loud": True}}),
        "invalid additional property: loud",
        "/elements/0/elements/0/style",
    ),
    ("message", rich(kind="rich_text_list"), "missing required field: style", "/elements/0"),
    # tables
    ("message", table([[cell()]] * 101), "no more than 100 items allowed", "/rows"),
    ("message", table([[cell()] * 21]), "no more than 20 items allowed", "/rows/0"),
    ("message", table([[cell("")]]), "must be more than 0 characters", "/rows/0/0/text"),
    ("message", table([["x"]]), "must provide an object", "/rows/0/0"),
    ("message", table([[mrkdwn()]]), "unsupported type: mrkdwn", "/rows/0/0/type"),
    ("message", table([[cell()]], column_settings=[{"align": "top"}]), "must be one of", "/column_settings/0/align"),
    ("message", data_table([[cell()]]), "no fewer than 2 items allowed", "/rows"),
    ("message", data_table([[cell()]] * 102), "no more than 101 items allowed", "/rows"),
    ("message", data_table([[cell()], [cell()] * 2]), "all rows must have the same number of cells", "/rows/1"),
    ("message", data_table([[rich()], [cell()]]), "unsupported type: rich_text", "/rows/0/0/type"),
    ("message", data_table([[cell()], [cell()]], page_size=101), "must be at most 100", "/page_size"),
    ("message", {"type": "data_table", "rows": [[cell()]] * 2}, "missing required field: caption", ""),
    # charts
    ("message", chart(type="donut"), "unsupported type: donut", "/chart/type"),
    ("message", chart(type="pie", segments=[{"label": "a", "value": 0}]), "more than 0", "/chart/segments/0/value"),
    (
        "message",
        chart(type="pie", segments=[{"label": "x" * 21, "value": 1}]),
        "must be less than 21 characters",
        "/chart/segments/0/label",
    ),
    ("message", line([series(labels=("Jan",))]), "exactly one point for every category", "/chart/series/0/data"),
    ("message", line([series(), series()]), "series names must be unique", "/chart/series/1/name"),
    ("message", line([series(str(n)) for n in range(7)]), "no more than 6 items allowed", "/chart/series"),
    (
        "message",
        line([series(labels=map(str, range(21)))], categories=map(str, range(21))),
        "no more than 20 items allowed",
        "/chart/axis_config/categories",
    ),
]


@pytest.mark.parametrize(("surface", "block", "message", "pointer"), INVALID)
def test_invalid_block_is_refused_with_its_pointer(surface: Surface, block: Json, message: str, pointer: str) -> None:
    assert any(
        message in problem and problem.endswith(f"[json-pointer:/blocks/0{pointer}]")
        for problem in problems([block], surface)
    ), problems([block], surface)


@pytest.mark.parametrize(
    ("surface", "blocks", "message"),
    [
        ("message", [{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ("modal", [{"type": "divider"}] * 101, "no more than 100 items allowed [json-pointer:/blocks]"),
        ("message", [{"type": "divider", "block_id": "d"}] * 2, "block_id already exists: d"),
        ("message", [table([[cell()]])] * 2, "no more than 1 table blocks allowed"),
        ("message", [line([series()])] * 3, "no more than 2 data_visualization blocks allowed"),
        ("message", [table([[cell("x" * 101)] * 10] * 10)], "table cells must be less than 10001 characters"),
        ("message", [{"type": "markdown", "text": "x" * 6001}] * 2, "markdown text must be less than 12001"),
        ("modal", [text_input(focus_on_load=True)] * 2, "only one element can have focus_on_load"),
    ],
)
def test_limits_count_over_all_blocks(surface: Surface, blocks: list[Json], message: str) -> None:
    assert any(message in problem for problem in problems(blocks, surface))


def test_home_may_have_a_hundred_blocks_or_none() -> None:
    assert problems([{"type": "divider"}] * 100, "home") == []
    assert problems([], "home") == []

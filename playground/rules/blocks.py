"""Slack's rules for blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playground.rules import tables_and_charts
from playground.rules.elements import check_element
from playground.rules.node import Json, Node
from playground.rules.texts import check_plain_text, check_rich_text, check_text

Surface = Literal["message", "modal", "home"]

MAX_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MAX_BLOCKS_OF_TYPE = {"table": 1, "data_visualization": 2}
MARKDOWN_CHARACTERS = 12_000


@dataclass(frozen=True)
class BlockRule:
    """The rule for a block type.

    Each string lists names, separated by spaces: the required keys, the optional keys (`type` and `block_id` are
    implied) and the surfaces that can show the block.
    """

    required: str
    optional: str
    surfaces: str
    check: Callable[[Node, Surface], None]


def check_blocks(blocks: Node, surface: Surface) -> None:
    """Check a list of blocks, and record the problems in the node."""
    nodes = blocks.array(minimum=0 if surface == "home" else 1, maximum=MAX_BLOCKS[surface])
    for block in nodes:
        _check_block(block, surface)
    _check_ids(nodes)
    _check_totals(blocks, nodes)


def elements_of(block: Json) -> Iterator[tuple[str, Json]]:
    """Yield the interactive elements of a block, each with its JSON pointer inside the block."""
    for key in ("element", "accessory"):
        element = block.get(key)
        if isinstance(element, dict) and element.get("type") != "image":
            yield key, element
    if block.get("type") == "actions" and isinstance(block.get("elements"), list):
        for index, element in enumerate(block["elements"]):
            if isinstance(element, dict):
                yield f"elements/{index}", element


def _check_block(block: Node, surface: Surface) -> None:
    kind = block.kind([name for name, rule in BLOCKS.items() if surface in rule.surfaces.split()])
    if kind is None:
        return
    rule = BLOCKS[kind]
    block.object({"type", *rule.required.split()}, {"block_id", *rule.optional.split()})
    block["block_id"].string(maximum=255)
    rule.check(block, surface)


def _check_ids(nodes: list[Node]) -> None:
    block_ids: set[Any] = set()
    for block in nodes:
        if not isinstance(block.value, dict):
            continue
        block_id = block.value.get("block_id")
        if isinstance(block_id, str):
            if block_id in block_ids:
                block["block_id"].refuse(f"block_id already exists: {block_id}")
            block_ids.add(block_id)
        action_ids: set[Any] = set()
        for pointer, element in elements_of(block.value):
            action_id = element.get("action_id")
            if isinstance(action_id, str):
                if action_id in action_ids:
                    block[f"{pointer}/action_id"].refuse(f"action_id already exists: {action_id}")
                action_ids.add(action_id)


def _check_totals(blocks: Node, nodes: list[Node]) -> None:
    """Check the limits that count over all blocks of a message or a view."""
    by_type: dict[str, list[Json]] = {}
    focused = 0
    for node in nodes:
        if isinstance(node.value, dict):
            by_type.setdefault(str(node.value.get("type")), []).append(node.value)
            focused += sum(element.get("focus_on_load") is True for _, element in elements_of(node.value))
    for kind, limit in MAX_BLOCKS_OF_TYPE.items():
        if len(by_type.get(kind, [])) > limit:
            blocks.refuse(f"no more than {limit} {kind} blocks allowed")
    for kind in ("table", "data_table"):
        if sum(map(tables_and_charts.count_characters, by_type.get(kind, []))) > tables_and_charts.TABLE_CHARACTERS:
            blocks.refuse(
                f"{kind} cells must be less than {tables_and_charts.TABLE_CHARACTERS + 1} characters together"
            )
    if sum(len(str(block.get("text", ""))) for block in by_type.get("markdown", [])) > MARKDOWN_CHARACTERS:
        blocks.refuse(f"markdown text must be less than {MARKDOWN_CHARACTERS + 1} characters together")
    if focused > 1:
        blocks.refuse("only one element can have focus_on_load")


def _check_section(block: Node, surface: Surface) -> None:
    if not block["text"].present and not block["fields"].present:
        block.refuse("must define either `text` or `fields`")
    check_text(block["text"], maximum=3000)
    for item in block["fields"].array(maximum=10):
        check_text(item, maximum=2000)
    block["expand"].boolean()
    accessory = block["accessory"]
    if isinstance(accessory.value, dict) and accessory.value.get("type") == "image":
        _check_image_element(accessory)
    elif accessory.present:
        check_element(accessory, "section", surface=surface)


def _check_image_element(image: Node) -> None:
    image.object({"type", "alt_text"}, {"image_url", "slack_file"})
    _check_image_source(image)


def _check_image_source(image: Node) -> None:
    if image["image_url"].present == image["slack_file"].present:
        image.refuse("must provide either image_url or slack_file")
    image["alt_text"].string(maximum=2000)
    url = image["image_url"].string(maximum=3000)
    if url is not None and not url.startswith(("http://", "https://")):
        image["image_url"].refuse("invalid url")
    image["slack_file"].object((), {"id", "url"})


def _check_image(block: Node, _: Surface) -> None:
    check_plain_text(block["title"], maximum=2000)
    _check_image_source(block)


def _check_header(block: Node, _: Surface) -> None:
    check_plain_text(block["text"], maximum=150)


def _check_context(block: Node, _: Surface) -> None:
    for element in block["elements"].array(maximum=10):
        if isinstance(element.value, dict) and element.value.get("type") == "image":
            _check_image_element(element)
        else:
            check_text(element)


def _check_actions(block: Node, surface: Surface) -> None:
    for element in block["elements"].array(maximum=25):
        check_element(element, "actions", surface=surface)


def _check_input(block: Node, surface: Surface) -> None:
    check_plain_text(block["label"], maximum=2000)
    check_plain_text(block["hint"], maximum=2000)
    block["optional"].boolean()
    block["dispatch_action"].boolean()
    if block["element"].present:
        check_element(block["element"], "input", surface=surface)


def _check_markdown(block: Node, _: Surface) -> None:
    block["text"].string(maximum=MARKDOWN_CHARACTERS)


_EVERYWHERE = "message modal home"

BLOCKS: dict[str, BlockRule] = {
    "section": BlockRule("", "text fields accessory expand", _EVERYWHERE, _check_section),
    "header": BlockRule("text", "", _EVERYWHERE, _check_header),
    "divider": BlockRule("", "", _EVERYWHERE, lambda _block, _surface: None),
    "context": BlockRule("elements", "", _EVERYWHERE, _check_context),
    "actions": BlockRule("elements", "", _EVERYWHERE, _check_actions),
    "input": BlockRule("label element", "hint optional dispatch_action", _EVERYWHERE, _check_input),
    "image": BlockRule("alt_text", "image_url slack_file title", _EVERYWHERE, _check_image),
    "rich_text": BlockRule("elements", "", _EVERYWHERE, lambda block, _: check_rich_text(block)),
    "markdown": BlockRule("text", "", "message", _check_markdown),
    "table": BlockRule(
        "rows", "column_settings", "message home", lambda block, _: tables_and_charts.check_table(block)
    ),
    "data_table": BlockRule(
        "rows caption",
        "page_size row_header_column_index",
        "message home",
        lambda block, _: tables_and_charts.check_data_table(block),
    ),
    "data_visualization": BlockRule(
        "title chart", "", "message", lambda block, _: tables_and_charts.check_chart(block)
    ),
}

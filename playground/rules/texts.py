"""Slack's rules for the small parts of blocks: text objects, options, confirmations and rich text."""

from __future__ import annotations

from collections.abc import Collection

from playground.rules.node import Node

PLAIN: frozenset[str] = frozenset({"plain_text"})
ANY_TEXT: frozenset[str] = frozenset({"plain_text", "mrkdwn"})

RICH_TEXT_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
RICH_TEXT_INLINE: dict[str, tuple[set[str], set[str]]] = {
    "text": ({"text"}, set()),
    "link": ({"url"}, {"text", "unsafe"}),
    "emoji": ({"name"}, {"unicode", "url"}),
    "user": ({"user_id"}, set()),
    "usergroup": ({"usergroup_id"}, set()),
    "channel": ({"channel_id"}, set()),
    "team": ({"team_id"}, set()),
    "broadcast": ({"range"}, set()),
    "color": ({"value"}, set()),
    "date": ({"timestamp", "format"}, {"fallback", "url"}),
}
RICH_TEXT_PARTS: dict[str, tuple[set[str], set[str]]] = {
    "rich_text_section": (set(), set()),
    "rich_text_preformatted": (set(), {"border", "language"}),
    "rich_text_quote": (set(), {"border"}),
    "rich_text_list": ({"style"}, {"indent", "border", "offset"}),
}


def text_object(node: Node, *, most: int = 3000, kinds: Collection[str] = ANY_TEXT) -> None:
    if not node.object({"type", "text"}, {"emoji", "verbatim"}):
        return
    kind = node["type"].choice(kinds)
    node["text"].string(most=most)
    node["emoji"].boolean()
    node["verbatim"].boolean()
    if kind == "mrkdwn" and node["emoji"].present:
        node["emoji"].refuse("emoji is only for plain_text")
    if kind == "plain_text" and node["verbatim"].present:
        node["verbatim"].refuse("verbatim is only for mrkdwn")


def plain_text(node: Node, *, most: int) -> None:
    text_object(node, most=most, kinds=PLAIN)


def confirm_dialog(node: Node) -> None:
    if node.object({"title", "text", "confirm", "deny"}, {"style"}):
        plain_text(node["title"], most=100)
        text_object(node["text"], most=300)
        plain_text(node["confirm"], most=30)
        plain_text(node["deny"], most=30)
        node["style"].choice({"primary", "danger"})


def option(node: Node, *, kinds: Collection[str] = PLAIN, url: bool = False) -> None:
    if node.object({"text", "value"}, {"description", "url"} if url else {"description"}):
        text_object(node["text"], most=75, kinds=kinds)
        node["value"].string(most=150)
        text_object(node["description"], most=75, kinds=kinds)
        node["url"].string(most=3000)


def option_group(node: Node) -> None:
    if node.object({"label", "options"}):
        plain_text(node["label"], most=75)
        for item in node["options"].array(most=100):
            option(item)


def rich_text(node: Node) -> None:
    for part in node["elements"].array(least=0):
        _rich_text_part(part)


def _rich_text_part(part: Node) -> None:
    kind = part.kind(RICH_TEXT_PARTS)
    if kind is None:
        return
    required, optional = RICH_TEXT_PARTS[kind]
    part.object({"type", "elements"} | required, optional)
    part["style"].choice({"bullet", "ordered"})
    part["indent"].integer(least=0, most=8)
    for element in part["elements"].array(least=0):
        if kind == "rich_text_list":
            if element.kind({"rich_text_section"}):
                _rich_text_part(element)
        else:
            _inline(element, preformatted=kind == "rich_text_preformatted")


def _inline(element: Node, *, preformatted: bool) -> None:
    kind = element.kind({"text", "link"} if preformatted else RICH_TEXT_INLINE)
    if kind is None:
        return
    required, optional = RICH_TEXT_INLINE[kind]
    element.object({"type"} | required, optional | {"style"})
    element["text"].string(most=3000)
    element["url"].string(most=3000)
    element["range"].choice({"here", "channel", "everyone"})
    if element["style"].object((), RICH_TEXT_STYLES):
        for style in element["style"].value:
            element["style"][style].boolean()

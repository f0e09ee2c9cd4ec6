"""Slack's rules for text objects, options, confirmation dialogs and rich text."""

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


def check_text(node: Node, *, maximum: int = 3000, kinds: Collection[str] = ANY_TEXT) -> None:
    """Check a text object of at most so many characters."""
    if not node.object({"type", "text"}, {"emoji", "verbatim"}):
        return
    kind = node["type"].choice(kinds)
    node["text"].string(maximum=maximum)
    node["emoji"].boolean()
    node["verbatim"].boolean()
    if kind == "mrkdwn" and node["emoji"].present:
        node["emoji"].refuse("emoji is only for plain_text")
    if kind == "plain_text" and node["verbatim"].present:
        node["verbatim"].refuse("verbatim is only for mrkdwn")


def check_plain_text(node: Node, *, maximum: int) -> None:
    """Check a plain_text object of at most so many characters."""
    check_text(node, maximum=maximum, kinds=PLAIN)


def check_confirmation(node: Node) -> None:
    """Check a `confirm` object."""
    if node.object({"title", "text", "confirm", "deny"}, {"style"}):
        check_plain_text(node["title"], maximum=100)
        check_text(node["text"], maximum=300)
        check_plain_text(node["confirm"], maximum=30)
        check_plain_text(node["deny"], maximum=30)
        node["style"].choice({"primary", "danger"})


def check_option(node: Node, *, kinds: Collection[str] = PLAIN, url: bool = False) -> None:
    """Check an option; only those of an overflow menu may have a URL."""
    if node.object({"text", "value"}, {"description", "url"} if url else {"description"}):
        check_text(node["text"], maximum=75, kinds=kinds)
        node["value"].string(maximum=150)
        check_text(node["description"], maximum=75, kinds=kinds)
        node["url"].string(maximum=3000)


def check_option_group(node: Node) -> None:
    """Check an option group and its options."""
    if node.object({"label", "options"}):
        check_plain_text(node["label"], maximum=75)
        for item in node["options"].array(maximum=100):
            check_option(item)


def check_rich_text(node: Node) -> None:
    """Check a rich_text block, or a cell or value of that form."""
    for part in node["elements"].array(minimum=0):
        _check_rich_text_part(part)


def _check_rich_text_part(part: Node) -> None:
    kind = part.kind(RICH_TEXT_PARTS)
    if kind is None:
        return
    required, optional = RICH_TEXT_PARTS[kind]
    part.object({"type", "elements"} | required, optional)
    part["style"].choice({"bullet", "ordered"})
    part["indent"].integer(minimum=0, maximum=8)
    for element in part["elements"].array(minimum=0):
        if kind == "rich_text_list":
            if element.kind({"rich_text_section"}):
                _check_rich_text_part(element)
        else:
            _check_inline(element, preformatted=kind == "rich_text_preformatted")


def _check_inline(element: Node, *, preformatted: bool) -> None:
    kind = element.kind({"text", "link"} if preformatted else RICH_TEXT_INLINE)
    if kind is None:
        return
    required, optional = RICH_TEXT_INLINE[kind]
    element.object({"type"} | required, optional | {"style"})
    element["text"].string(maximum=3000)
    element["url"].string(maximum=3000)
    element["range"].choice({"here", "channel", "everyone"})
    if element["style"].object((), RICH_TEXT_STYLES):
        for style in element["style"].value:
            element["style"][style].boolean()

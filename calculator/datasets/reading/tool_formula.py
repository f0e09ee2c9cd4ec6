"""The cookbook's formula for the tokens of tool definitions, to say how far a count of them may be off.

Source: OpenAI cookbook, "How to count tokens with tiktoken", the numbers for gpt-4o and later.
"""

from __future__ import annotations

from typing import Any

_FUNCTION, _PROPERTIES, _PROPERTY, _ENUM, _ENUM_ITEM, _END = 7, 3, 3, -3, 3, 12


def tool_formula(tools: Any) -> tuple[list[str], int]:
    """Return the texts that the formula counts, and the tokens that it adds to them.

    Args:
        tools: The value of `tools` or `functions`.
    """
    texts: list[str] = []
    added = 0
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        if not isinstance(function, dict):
            continue
        texts.append(f"{function.get('name', '')}:{str(function.get('description') or '').removesuffix('.')}")
        added += _FUNCTION
        parameters = function.get("parameters")
        properties = parameters.get("properties") if isinstance(parameters, dict) else None
        if not isinstance(properties, dict) or not properties:
            continue
        added += _PROPERTIES
        for name, value in properties.items():
            rules = value if isinstance(value, dict) else {}
            items = rules["enum"] if isinstance(rules.get("enum"), list) else []
            added += _PROPERTY + (_ENUM if items else 0) + _ENUM_ITEM * len(items)
            texts += [str(item) for item in items]
            texts.append(f"{name}:{rules.get('type', '')}:{str(rules.get('description') or '').removesuffix('.')}")
    return texts, added + (_END if texts else 0)

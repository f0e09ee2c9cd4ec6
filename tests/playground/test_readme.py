"""The README's code, run as written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import playground

README = Path(playground.__file__).with_name("README.md")


async def test_code_of_the_readme_runs() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    namespace: dict[str, Any] = {}
    exec("\n".join(blocks), namespace)  # noqa: S102 - the repository's own text
    await namespace["test_a_todo_is_added"]()


def test_every_exported_name_has_a_docstring() -> None:
    for name in playground.__all__:
        value = getattr(playground, name)
        if callable(value) and name != "State":
            assert value.__doc__, name

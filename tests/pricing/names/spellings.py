"""Ways in which people write the same name."""

from __future__ import annotations

import re
from collections.abc import Callable

from hypothesis import strategies as st

WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "title case": str.title,
    "blanks": lambda name: name.replace("-", " "),
    "underscores": lambda name: name.replace("-", "_"),
    "digits joined to letters": lambda name: re.sub(r"(?<=[a-z])-(?=\d)", "", name),
    "outer blanks": lambda name: f"  {name} ",
    "quotes": lambda name: f"“{name}”",
    "backticks": lambda name: f"`{name}`",
}

ways = st.sampled_from(sorted(WAYS))

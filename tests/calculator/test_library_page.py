"""The code of docs/library.md, run as written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "library.md"


def test_code_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    namespace: dict[str, Any] = {}
    exec("\n".join(blocks), namespace)  # noqa: S102 - the repository's own text
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "no azure/gpt-4.1-mini@global"
    # 10,000 examples × 600 tokens × 3 epochs = 18M tokens at $5 per 1M: $90.
    assert "Training 18 1M tokens 5 90" in printed
    assert namespace["comparison"].find("azure/gpt-4.1-mini@global").one_off.usd == 90

"""`ftcost` in this process, on the tests' date."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.cli.main import main

DAY = ["--as-of", "2026-11-21"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """What the command prints: output and errors."""
    assert main([*DAY, *arguments]) == code
    printed = capsys.readouterr()
    return printed.out, printed.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    return dict(json.loads(run(capsys, "--format", "json", *arguments)[0]))

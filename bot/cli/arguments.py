"""What the terminal's commands read from their words."""

from __future__ import annotations

import argparse
from datetime import date


def day(text: str) -> date:
    """For argparse: `2026-11-21`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date; write it like 2026-11-21") from None

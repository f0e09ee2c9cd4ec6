"""Worked examples as YAML, and the catalogue that each is priced with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pricing import Catalog, load_catalog

FOLDER = Path(__file__).parent


def catalog_of(example: dict[str, Any], shipped: Catalog, folder: Path) -> Catalog:
    """Return the shipped catalogue, with the prices that an example adds to it in an empty folder."""
    if "prices" not in example:
        return shipped
    (folder / "prices.yml").write_text(example["prices"], encoding="utf-8")
    return load_catalog(folder)

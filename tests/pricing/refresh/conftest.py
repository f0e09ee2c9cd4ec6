"""The folder with the price file that refreshes edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pricing.refresh.acme import ACME


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    folder = tmp_path / "providers"
    folder.mkdir()
    (folder / "acme.yml").write_text(ACME)
    return folder

"""`ftcost prices refresh` with local feeds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from pricing import load_catalog
from pricing.load import PROVIDERS_DIR
from pricing.refresh import load_feeds
from pricing.refresh.command import ORDER, run_refresh
from pricing.refresh.price_targets import PriceTarget
from tests.pricing.refresh.feed_server import KEYS, FeedServer, feed_server

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 22)
TRAINING = PriceTarget("together/qwen3-8b", "training", "lora")


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as feeds:
        yield feeds


@pytest.fixture
def providers(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROVIDERS_DIR, tmp_path / "providers"))


async def refresh_prices(
    server: FeedServer, providers: Path, *only: str, write: bool = False, into: Path | None = None, code: int = 0
) -> None:
    exit_code = await run_refresh(
        write=write, into=into, only=only, today=TODAY, environment=KEYS, feeds=server.feeds(), providers_dir=providers
    )
    assert exit_code == code


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


async def test_table_of_findings(server: FeedServer, providers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = texts(providers)
    await refresh_prices(server, providers, "together", "litellm")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Outcome", "Price", "Recorded", "Observed", "Feed"]
    (qwen,) = [line for line in lines if "qwen3-8b" in line]
    assert qwen.split("  ")[0] == "changed"
    assert "0.48 / 1M tokens" in qwen
    assert "0.52 / 1M tokens" in qwen
    assert qwen.endswith("together: Qwen/Qwen3-8B")
    (ends,) = [line for line in lines if "openai/gpt-4.1 inference_ends" in line]
    assert ends.endswith("(an end date; a person has to decide)")
    outcomes = [word for line in lines[1 : lines.index("")] if (word := line.split()[0])]
    assert outcomes == sorted(outcomes, key=ORDER.index)
    assert "litellm: " in lines[-2]
    assert texts(providers) == files, "without --apply nothing is written"


async def test_applied_prices_are_not_written_twice(
    server: FeedServer, providers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await refresh_prices(server, providers, "together", write=True)
    assert capsys.readouterr().out.splitlines()[-1] == "Written: together.yml."
    price = TRAINING.on(load_catalog(providers_dir=providers), TODAY)
    assert price
    assert (str(price.usd), price.since, price.source.title) == ("0.52", TODAY, "Together AI, list of models")
    await refresh_prices(server, providers, "together", write=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Nothing to write."
    assert not [line for line in lines if line.startswith("changed")]


async def test_prices_are_written_into_a_separate_folder(server: FeedServer, providers: Path, tmp_path: Path) -> None:
    files, into = texts(providers), tmp_path / "new" / "folder"
    await refresh_prices(server, providers, "together", into=into)
    assert texts(providers) == files
    assert list(texts(into)) == ["together.yml"]
    # An organisation's own prices have the same form.
    price = TRAINING.on(load_catalog(into), TODAY)
    assert price
    assert (price.since, price.yours) == (TODAY, True)


async def test_folder_with_hand_written_files_is_refused(
    server: FeedServer, providers: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "together.yml").write_text("platform: together\nsources: {}\noffers: {}\n")
    await refresh_prices(server, providers, "together", into=tmp_path / "mine", code=1)
    assert capsys.readouterr().err == (
        "Nothing was written: together.yml wasn't written by a refresh; use a separate folder for refreshed prices\n"
    )


async def test_unknown_feed_is_refused_with_the_known_ones(
    server: FeedServer, providers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await refresh_prices(server, providers, "azure", code=2)
    assert capsys.readouterr().err.startswith("Unknown feed 'azure'. The feeds are azure-retail, aws-bedrock,")


def test_command_without_a_network_only_warns(tmp_path: Path) -> None:
    """The real program behind a proxy that is down prints a warning and writes nothing."""
    environment = {**os.environ, "https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1"}
    environment |= {"no_proxy": "", "NO_PROXY": ""}
    command = [
        sys.executable,
        "-m",
        "bot.cli.main",
        "prices",
        "refresh",
        "--only",
        "litellm",
        "--into",
        str(tmp_path / "into"),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "LiteLLM price map can't be read (ClientProxyConnectionError).",
        "Nothing to write.",
    ]
    assert list((tmp_path / "into").iterdir()) == []


def test_weekly_workflow_pins_actions_and_permissions() -> None:
    text = (ROOT / ".github/workflows/refresh-prices.yml").read_text()
    used = re.findall(r"uses: *(\S+)", text)
    assert used
    assert not [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)]
    assert "\npermissions: {}\n" in text
    assert set(re.findall(r"(\S+): write", text)) == {"contents", "pull-requests"}
    # Exactly the keys that the feeds name.
    keys = {feed.key for feed in load_feeds().values() if feed.key}
    assert set(re.findall(r"secrets\.(\w+)", text)) == keys

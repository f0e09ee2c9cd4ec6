"""What deployment files promise: checked without a container engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.pace import Pace
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
ALIASES = {field.alias for field in Settings.model_fields.values()}
OF_COMPOSE = {"FTCOST_DOMAIN", "POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"])


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_example_lists_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)=", example, flags=re.MULTILINE)) == ALIASES | OF_COMPOSE


def test_two_replicas_share_a_database_behind_a_proxy(services: dict[str, Any]) -> None:
    replicas = [services["bot-1"], services["bot-2"]]
    assert replicas[0] == replicas[1]
    assert replicas[0]["environment"]["FTCOST_DATABASE_URL"].startswith("postgresql://")
    assert set(replicas[0]["environment"]) <= ALIASES
    assert set(services["proxy"]["depends_on"]) == {"bot-1", "bot-2"}


def test_the_proxy_passes_what_slack_needs_and_no_metrics() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    caddyfile = compose["configs"]["caddyfile"]["content"]
    assert re.findall(r"@app path (.+)", caddyfile) == ["/slack/* /healthz"]
    assert re.findall(r"reverse_proxy (\S+)", caddyfile) == ["@app"]


def test_a_replica_may_do_nothing_but_its_work(services: dict[str, Any], dockerfile: str) -> None:
    assert services["bot-1"]["read_only"] is True
    assert services["bot-1"]["cap_drop"] == ["ALL"]
    (user,) = re.findall(r"^USER (\d+)", dockerfile, flags=re.MULTILINE)
    assert int(user) > 0
    assert "--require-hashes" in dockerfile


def test_the_grace_period_is_longer_than_a_stop_takes(services: dict[str, Any]) -> None:
    connections, hand_back = 5.0, 3.0
    assert Pace().stop + connections + hand_back <= 25
    assert float(services["bot-1"]["stop_grace_period"].removesuffix("s")) > 25


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locked_versions_carry_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("==") <= text.count("--hash=sha256:")
    assert "://" not in text
    assert "--index-url" not in text


def test_every_package_that_is_imported_is_in_the_image(dockerfile: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for package in ("bot", "calculator", "pricing"):
        assert f"COPY {package} {package}" in dockerfile
        assert f"!{package}" in ignored

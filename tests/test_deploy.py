"""What deployment files promise: checked without a container engine."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from bot.settings import Settings
from bot.slack.oauth import INSTALL_PATH, REDIRECT_PATH
from bot.timeouts import Timeouts
from bot.web.slack_endpoint import BODY_BYTES
from pricing.refresh import load_feeds
from tests.conftest import Workspace

ROOT = Path(__file__).parent.parent
ALIASES = {field.alias for field in Settings.model_fields.values()}
PACKAGES = ("bot", "calculator", "pricing", "playground")
OF_COMPOSE = {"FTCOST_DOMAIN", "POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"])


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_example_lists_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)=", example, flags=re.MULTILINE)) == ALIASES | OF_COMPOSE


def test_two_replicas_share_a_database_behind_a_proxy(services: dict[str, Any]) -> None:
    replicas = [services["bot-1"], services["bot-2"]]
    assert replicas[0] == replicas[1]
    assert replicas[0]["environment"]["FTCOST_DATABASE_URL"].startswith("postgresql://")
    assert set(replicas[0]["environment"]) <= ALIASES
    assert set(services["proxy"]["depends_on"]) == {"bot-1", "bot-2"}


def test_proxy_passes_what_slack_needs_and_no_metrics(services: dict[str, Any]) -> None:
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in services["proxy"]["volumes"]
    caddyfile = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    (paths,) = re.findall(r"@app path (.+)", caddyfile)
    assert set(paths.split()) == {"/slack/events", INSTALL_PATH, REDIRECT_PATH, "/healthz"}
    assert re.findall(r"^\thandle\b(.*){\n\t\t(\S+)", caddyfile, flags=re.MULTILINE) == [
        (" @app ", "request_body"),
        (" ", "respond"),
    ]
    (upstreams,) = re.findall(r"reverse_proxy (.+) {", caddyfile)
    assert upstreams.split() == [f"{name}:8030" for name in services if services[name].get("image") == "ftcost"]


def test_proxy_asks_another_replica_while_slack_still_waits() -> None:
    """A body can only be sent again if it was kept, and whoever does not answer must be left in time."""
    caddyfile = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    limits = dict(
        re.findall(r"^\t+(request_buffers|max_size|lb_try_duration|dial_timeout) (\S+)$", caddyfile, re.MULTILINE)
    )
    assert limits == {"request_buffers": "1MB", "max_size": "1MB", "lb_try_duration": "2s", "dial_timeout": "500ms"}
    assert BODY_BYTES == 1_000_000


def test_replica_has_least_privileges(services: dict[str, Any], dockerfile: str) -> None:
    assert services["bot-1"]["read_only"] is True
    assert services["bot-1"]["cap_drop"] == ["ALL"]
    (user,) = re.findall(r"^USER (\d+)", dockerfile, flags=re.MULTILINE)
    assert int(user) > 0
    assert "--require-hashes" in dockerfile


def test_container_user_writes_to_its_data_folder_only(dockerfile: str) -> None:
    """Some platforms give a user of their own, always of group 0, whom no list of users knows: it has no home."""
    assert "chown 65534:0 /data && chmod 770 /data" in dockerfile
    assert re.findall(r"\b(?:HOME|TMPDIR)=(\S+)", dockerfile) == ["/data", "/data"]


async def test_image_is_healthy_while_it_answers(dockerfile: str, workspace: Workspace) -> None:
    command = json.loads(
        re.findall(r"^HEALTHCHECK .* CMD (\[[^\]]+\][^\]]*\])$", dockerfile, re.MULTILINE)[0].replace("\\\n", "")
    )
    assert command[0] == "/app/bin/python"

    async def ends_with(port: int) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command[1:], env={"FTCOST_PORT": str(port)}, stderr=asyncio.subprocess.DEVNULL
        )
        return await process.wait()

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        here, there = int(workspace.url.rsplit(":", 1)[1]), nobody.getsockname()[1]
        assert await asyncio.gather(ends_with(here), ends_with(there)) == [0, 1]


def test_grace_period_is_longer_than_a_stop_takes(services: dict[str, Any]) -> None:
    connections, hand_back = 5.0, 3.0
    assert Timeouts().stop + connections + hand_back <= 25
    assert float(services["bot-1"]["stop_grace_period"].removesuffix("s")) > 25


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locked_versions_carry_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert text.count("==") <= text.count("--hash=sha256:")
    assert "://" not in text
    assert "--index-url" not in text


def test_every_package_that_is_imported_is_in_the_image(dockerfile: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for package in PACKAGES:
        assert f"COPY {package} {package}" in dockerfile
        assert f"!{package}" in ignored


def test_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    """Built as in the image: from what .dockerignore lets through, and nothing from the network."""
    for name in re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path)
    wanted = {
        path.relative_to(tmp_path).as_posix() for package in PACKAGES for path in (tmp_path / package).rglob("*.*")
    }
    build = "from hatchling.build import build_wheel; build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)  # noqa: S603
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        assert {name for name in names if ".dist-info/" not in name} == wanted
        (commands,) = (archive.read(name) for name in names if name.endswith(".dist-info/entry_points.txt"))
        assert b"ftcost = bot.cli.main:main" in commands
    assert {Path(name).suffix for name in wanted} >= {".py", ".yml", ".json", ".html", ".css", ".js"}


def test_every_key_that_a_feed_needs_is_a_setting() -> None:
    assert {feed.key for feed in load_feeds().values() if feed.key} <= ALIASES

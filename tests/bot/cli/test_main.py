"""The `ftcost` command: its sub-commands, their help, refusals and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.cli.main import COMMANDS, main
from calculator import KEYS
from playground import FakeSlack
from tests.bot import support_bot
from tests.bot.cli.terminal import DAY, run
from tests.conftest import Workspace


@pytest.mark.parametrize(
    "line",
    [
        "examples=many epochs=0 example=400",
        "epoch=3",
        "on=openai/gpt-4.1-minni examples=10k example=400",
        "base=gpt-4o-minni examples=10k example=400",
        "modles",
        "price openai/gpt-4.1-minni",
        "models zzzz",
        'name="open',
    ],
)
async def test_bad_input_exits_with_2_and_the_slack_text(
    workspace: Workspace, slack: FakeSlack, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    _, err = run(capsys, line, code=2)
    await slack.command(line)
    message = slack.ephemerals()[0]["text"].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert err.strip().splitlines() == [sentence.removeprefix("• ") for sentence in message.splitlines()]


async def test_look_ups_are_the_same_in_slack_and_terminal(
    workspace: Workspace, slack: FakeSlack, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in ("models mixtral", "price openai/gpt-4.1-mini"):
        await slack.command(line)
        message = (
            slack.ephemerals()[-1]["text"].strip("`").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        )
        assert run(capsys, line)[0].strip() == message.strip()


def test_terminal_suggests_only_its_own_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "how much?", code=2)[1].startswith("I didn't understand that.")
    assert run(capsys, "hepl", code=2)[1] == "“hepl” isn't a command. Did you mean `help`?\n"


def test_help_of_estimate_lists_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--help"]) == 0
    text = capsys.readouterr().out
    for key in [*KEYS, "dataset"]:
        assert f"\n  {key}=" in text


@pytest.mark.parametrize("arguments", [[], ["list"], ["show", "2222222222"]])
def test_unusable_terminal_commands_are_refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(capsys, *arguments, code=2)[1].strip()


def test_installed_command() -> None:
    """As a shell starts it: exit codes, output, a reader that goes away."""
    command = str(Path(sys.executable).parent / "ftcost")
    line = [command, *DAY, *support_bot.LINE.split()]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
    assert "$13,080.00" in done.stdout
    failed = subprocess.run([command, "epoch=3"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Use epochs" in failed.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_names_every_command(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert f"\n  {command} " in text
    assert "/ftcost" not in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_own_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: ftcost {command} ")


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ftcost {version('ftcost')}\n"


def test_closed_pipe_ends_without_a_traceback() -> None:
    """`ftcost models | head -0`: nobody reads what the command prints."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "bot.cli.main", "models"]
    process = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)  # noqa: S603
    os.close(writer)
    assert (process.returncode, process.stderr) == (0, "")

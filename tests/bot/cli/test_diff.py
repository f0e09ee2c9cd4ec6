"""`ftcost diff` in a real repository, and the script of the GitHub action around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import main

ROOT = Path(__file__).parents[3]
# 10,000 examples × 400 tokens × 3 epochs = 12M tokens at $10 per 1M: $120; with 20,000 examples $240.
SCENARIO = "on: your-rates\nrates: 10/3/6\nexamples: {examples}\nexample: 400\nepochs: 3\n"
CHAT = '{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]}\n'


def git(*arguments: str, cwd: Path) -> str:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    done = subprocess.run(["git", *identity, *arguments], cwd=cwd, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two scenarios of 10,000 examples each."""
    folder = tmp_path / "repository"
    (folder / "plans").mkdir(parents=True)
    for name in ("chat", "steady"):
        (folder / f"plans/{name}.yml").write_text(SCENARIO.format(examples="10k"))
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "--quiet", "--message=First plans", cwd=folder)
    monkeypatch.chdir(folder)
    return folder


def test_changed_scenarios_are_priced_on_both_sides(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "plans/chat.yml").write_text(SCENARIO.format(examples="20k"))
    (repository / "plans/new.yml").write_text(SCENARIO.format(examples="5k"))
    assert main(["diff", "--git", "main", "plans", "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["unchanged"] == 1
    chat, new = report["scenarios"]
    assert (chat["name"], chat["before"]["usd"], chat["after"]["usd"]) == ("plans/chat.yml", "120", "240")
    assert (chat["difference_usd"], chat["increase_percent"]) == ("120", "100")
    assert chat["changes"] == ["examples 10k → 20k"]
    assert (new["name"], new["before"], new["after"]["usd"]) == ("plans/new.yml", None, "60")


def test_unchanged_scenarios_are_one_sentence(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--git", "HEAD", "plans"]) == 0
    assert capsys.readouterr().out == "No scenario costs more or less than on HEAD (2 scenarios unchanged).\n"


def test_removed_and_repaired_scenarios_are_listed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "plans/broken.yml").write_text("epochs: many\n")
    git("add", ".", cwd=repository)
    git("commit", "--quiet", "--message=Break a plan", cwd=repository)
    (repository / "plans/broken.yml").write_text(SCENARIO.format(examples="10k"))
    (repository / "plans/steady.yml").unlink()
    assert main(["diff", "--git", "main", "plans"]) == 0
    output = capsys.readouterr().out
    assert "2 scenarios changed against main. 1 scenario unchanged." in output
    assert "Before: plans/broken.yml: epochs: “many” isn't a valid number of epochs." in output
    assert "removed" in output


def test_training_file_changes_a_scenario(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "train.jsonl").write_text(CHAT * 10)
    (repository / "plans/chat.yml").write_text("on: your-rates\nrates: 10/3/6\ndataset: train.jsonl\n")
    git("add", ".", cwd=repository)
    git("commit", "--quiet", "--message=Count the file", cwd=repository)
    (repository / "train.jsonl").write_text(CHAT * 20)
    assert main(["diff", "--git", "main", "plans/chat.yml", "--format", "json"]) == 0
    (chat,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert chat["increase_percent"] == "100"
    assert "examples 10 → 20" in chat["changes"]


@pytest.mark.parametrize(
    ("option", "limit", "sentence"),
    [
        ("--fail-above", "239", "plans/chat.yml: $240.00 (12 months) is above the limit of $239.00."),
        ("--fail-increase", "99", "plans/chat.yml: 100% more is above the limit of 99%."),
    ],
)
def test_exceeded_limit_fails(
    repository: Path, capsys: pytest.CaptureFixture[str], option: str, limit: str, sentence: str
) -> None:
    (repository / "plans/chat.yml").write_text(SCENARIO.format(examples="20k"))
    assert main(["diff", "--git", "main", "plans", option, limit]) == 1
    assert sentence in capsys.readouterr().out
    assert main(["diff", "--git", "main", "plans", option, str(int(limit) + 1)]) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--git", "nowhere", "plans"], "Git has no “nowhere” here."),
        (["--git", "main", "../outside.yml"], "outside of the repository"),
        (["--git", "main", "README.md"], "No scenario file (*.yml) at README.md."),
        (["--git", "main", "plans", "--fail-above", "-5"], "isn't a number of zero or more"),
    ],
)
def test_faults_are_sentences(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert repository.exists()
    assert main(["diff", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_training_file_outside_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "plans/chat.yml").write_text("on: your-rates\nrates: 10/3/6\ndataset: /etc/passwd\n")
    assert main(["diff", "--git", "main", "plans"]) == 2
    assert "dataset=/etc/passwd is outside of the repository" in capsys.readouterr().err


def test_markdown_shows_hostile_names_as_they_are(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "plans/a|b_*.yml").write_text(SCENARIO.format(examples="5k"))
    assert main(["diff", "--git", "main", "plans", "--format", "markdown"]) == 0
    output = capsys.readouterr().out
    assert "| plans/a\\|b\\_\\*.yml (12 months) | new | $60.00 | – |" in output


FAKE_GH = """#!{python}
import pathlib, sys
arguments = sys.argv[1:]
with pathlib.Path({log!r}).open("a") as log:
    print(*[part for part in arguments if not part.startswith(("body=", ".[]"))], file=log)
if "--paginate" in arguments:
    print({comment!r}, end="")
"""


FTCOST = f'exec {sys.executable} -m bot.cli.main "$@"'


def run_action(
    repository: Path, folder: Path, ftcost: str = FTCOST, comment: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the action's script in a clone that changes a plan, with a `gh` that writes its calls to `folder/calls`.

    Args:
        repository: The repository.
        folder: An empty folder.
        ftcost: The shell command that stands for `ftcost`.
        comment: What `gh` finds of an earlier comment: its id.
    """
    clone, programs = folder / "clone", folder / "bin"
    git("clone", "--quiet", str(repository), str(clone), cwd=folder)
    (clone / "plans/chat.yml").write_text(SCENARIO.format(examples="20k"))
    programs.mkdir()
    scripts = {
        "gh": FAKE_GH.format(python=sys.executable, log=str(folder / "calls"), comment=comment),
        "ftcost": f"#!/bin/sh\n{ftcost}\n",
    }
    for name, text in scripts.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    settings = {"FILES": "plans", "FAIL_ABOVE": "200", "PULL_REQUEST": "7", "GH_REPO": "acme/plans"}
    settings |= {"BASE_SHA": git("rev-parse", "HEAD", cwd=repository), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    return subprocess.run(  # noqa: S603
        [ROOT / "deploy/github-action/comment.sh"],
        cwd=clone,
        env=os.environ | settings | {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("comment", "call"),
    [
        ("", "api --silent --method POST repos/acme/plans/issues/7/comments --field"),
        ("41\n", "api --silent --method PATCH repos/acme/plans/issues/comments/41 --field"),
    ],
)
def test_action_writes_one_comment_and_fails(repository: Path, tmp_path: Path, comment: str, call: str) -> None:
    done = run_action(repository, tmp_path, comment=comment)
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "calls").read_text().splitlines()[-1] == call
    assert "is above the limit of $200.00" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize("ftcost", ["exit 1", "exit 0", "exit 2"])
def test_action_without_a_report_fails_and_comments_nothing(repository: Path, tmp_path: Path, ftcost: str) -> None:
    assert run_action(repository, tmp_path, ftcost, comment="41\n").returncode != 0
    assert not (tmp_path / "calls").exists()

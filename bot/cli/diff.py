"""`ftcost diff`: what a change of scenario and training files costs, against another state of a Git repository."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path

import msgspec

from bot.answers.scenario_diff import Limits, ScenarioChange, diff_report, report_markdown, report_text
from bot.cli.arguments import DATASET, iso_date, name_scenario_file, prices_dir, read_scenario_file, today
from bot.render.answer.results import build_result
from bot.results import SavedResult
from calculator import UserError, estimate, read_scenario
from pricing import Catalog, load_catalog

EXCEEDED = 1
_ENDINGS = (".yml", ".yaml")


def run(command: str, arguments: Sequence[str]) -> int:
    """Run `ftcost diff` and return the exit code; 1 if a limit is exceeded.

    Raises:
        UserError: The files can't be priced, or Git doesn't know the state to compare with.
    """
    options = _parser(command).parse_intermixed_args(arguments)
    catalog, as_of = load_catalog(prices_dir()), options.as_of or today()
    root = Path(_git("rev-parse", "--show-toplevel"))
    with _checked_out(options.git) as base:
        names = sorted({*_scenario_files(root, options.files), *_scenario_files(base, options.files)})
        if not names:
            raise UserError(f"No scenario file (*.yml) at {', '.join(map(str, options.files))}.")
        changes = [_change(base, root, name, partial(_priced, catalog=catalog, as_of=as_of)) for name in names]
    report = diff_report(options.git, changes, Limits(options.fail_above, options.fail_increase))
    match options.format:
        case "json":
            print(msgspec.json.format(msgspec.json.encode(report), indent=2).decode())
        case "markdown":
            print(report_markdown(report))
        case _:
            print(report_text(report))
    return EXCEEDED if report.exceeded else 0


def _change(base: Path, root: Path, name: Path, priced: Callable[[Path, Path], SavedResult | None]) -> ScenarioChange:
    """Return a scenario on both sides. A fault of the earlier file doesn't stop the change that repairs it."""
    before, fault = None, None
    try:
        before = priced(base, name)
    except UserError as error:
        fault = str(error).replace(f"{base}/", "")
    return ScenarioChange(str(name), before, priced(root, name), fault)


def _priced(folder: Path, name: Path, catalog: Catalog, as_of: date) -> SavedResult | None:
    """Return the result of a scenario file; None if the folder doesn't have it.

    Raises:
        UserError: The scenario or its training file has a fault.
    """
    path = folder / name
    if not path.exists():
        return None
    with name_scenario_file(path):
        fields = read_scenario_file(path)
        if DATASET in fields:
            from bot.cli.count import with_dataset

            file = (folder / fields[DATASET]).resolve()
            if not file.is_relative_to(folder.resolve()):
                raise UserError(f"{path}: dataset={fields[DATASET]} is outside of the repository.")
            fields = with_dataset({**fields, DATASET: str(file)}, catalog)
        return build_result(estimate(read_scenario(fields), catalog, as_of))


def _scenario_files(root: Path, names: Sequence[Path]) -> Iterator[Path]:
    """Yield the scenario files at names below a folder, relative to it."""
    for name in names:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            raise UserError(f"{name}: outside of the repository.")
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (
            file.relative_to(root.resolve()) for file in files if file.is_file() and file.suffix.lower() in _ENDINGS
        )


@contextmanager
def _checked_out(revision: str) -> Iterator[Path]:
    """Check out a state of the repository into a folder that is removed afterwards.

    Raises:
        UserError: Git doesn't know the state.
    """
    try:
        commit = _git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    except UserError:
        raise UserError(f"Git has no “{revision}” here. Fetch it first, or name another revision.") from None
    with tempfile.TemporaryDirectory(prefix="ftcost-") as parent:
        folder = Path(parent) / "base"
        _git("worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> str:
    """Run Git and return what it prints.

    Raises:
        UserError: Git isn't installed, or it fails.
    """
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)  # noqa: S603, S607
    except FileNotFoundError:
        raise UserError("`ftcost diff` needs Git, which isn't installed.") from None
    except subprocess.CalledProcessError as error:
        raise UserError(f"Git: {error.stderr.strip()}") from None
    return done.stdout.strip()


def _amount(text: str) -> Decimal:
    """Return a limit of zero or more; an argparse type."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"“{text}” isn't a number of zero or more, such as 500")
    return amount


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"ftcost {command}",
        description="Show what a change of scenario files, or of the training files that they name by dataset=, costs. "
        "The exit code is 1 if a limit is exceeded.",
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="scenario files or folders, from the repository's root"
    )
    parser.add_argument(
        "--git", required=True, metavar="REVISION", help="the state to compare with, such as main or origin/main"
    )
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="default: text")
    parser.add_argument(
        "--fail-above", type=_amount, metavar="USD", help="the most that a changed scenario may cost over its months"
    )
    parser.add_argument(
        "--fail-increase", type=_amount, metavar="PERCENT", help="the most that a scenario's cost may rise"
    )
    parser.add_argument("--as-of", type=iso_date, metavar="DATE", help="use the prices of this date (default: today)")
    return parser

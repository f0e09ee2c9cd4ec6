"""What the packages may import, and how large a file may grow: read from the source, not from running it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pricing

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "calculator", "pricing", "playground")
MAX_LINES = 350
START = ROOT / "bot/cli/serve.py"

# The calculator is a function of its arguments: it imports nothing that reads the world.
WORLDLY = {
    *("os", "pathlib", "io", "sys", "time", "random", "secrets", "uuid", "socket", "subprocess", "tempfile", "locale"),
    *("urllib", "http", "requests", "httpx", "aiohttp", "slack_sdk", "slack_bolt", "sqlalchemy", "asyncio", "logging"),
    *("yaml", "genai_prices", "importlib", "threading"),
}


def files(package: str) -> list[Path]:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    return paths


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, at the top or inside a function, as an absolute name; and after a colon,
    what is imported from it.
    """
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: -node.level]) if node.level else ""
            module = ".".join(part for part in (above, node.module or "") if part)
            yield from (f"{module}:{alias.name}" for alias in node.names)


def modules(path: Path) -> set[str]:
    """Return `a.b` for `import a.b` and for `from a.b import c`; `a.b.c` too, since c may be a module."""
    names: set[str] = set()
    for name in imports(path):
        module, _, item = name.partition(":")
        names |= {module, f"{module}.{item}"} if item else {module}
    return names


def imported_packages(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in modules(path)}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FORBIDDEN = {
    "bot": {"playground", "tests"},
    "calculator": {"bot", "playground", "tests"},
    "pricing": {"calculator", "bot", "playground", "tests"},
    "playground": {"bot", "calculator", "pricing", "tests"},
}


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_those_below(package: str) -> None:
    """`ftcost serve` alone starts the playground."""
    for path in files(package):
        allowed = {"playground"} if path == START else set()
        assert not imported_packages(path) & FORBIDDEN[package] - allowed, name_of(path)


def imported_items(path: Path, *packages: str) -> Iterator[tuple[str, str]]:
    """Yield the modules of some packages that a file imports, each with the imported item."""
    for name in imports(path):
        module, _, item = name.partition(":")
        if module.partition(".")[0] in packages:
            yield module, item


def test_calculator_uses_only_what_pricing_exports() -> None:
    for path in files("calculator"):
        for module, item in imported_items(path, "pricing"):
            assert module == "pricing", name_of(path)
            assert item in pricing.__all__, name_of(path)


FACADES = (
    *("calculator", "calculator.datasets", "calculator.gpu", "calculator.gpu_rental"),
    *("pricing", "pricing.refresh"),
)


def test_bot_uses_only_what_the_facades_export() -> None:
    for path in files("bot"):
        for module, item in imported_items(path, "calculator", "pricing"):
            assert module in FACADES, name_of(path)
            assert item in importlib.import_module(module).__all__, name_of(path)


def test_calculator_is_pure() -> None:
    for path in files("calculator"):
        assert not imported_packages(path) & WORLDLY, name_of(path)
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                place = f"{name_of(path)}, line {node.lineno}"
                assert node.attr not in ("now", "today", "utcnow"), f"{place}: the date is an argument"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = f"{name_of(path)}, line {node.lineno}"
                assert node.func.id not in ("open", "print", "input", "eval", "exec"), place
                draws = (
                    path.name == "sampling.py"
                )  # many cases at once are NumPy's numbers, and never shown to the cent
                assert draws or node.func.id != "float", f"{place}: money is Decimal"


@pytest.mark.parametrize("package", PACKAGES)
def test_files_stay_below_the_length_limit(package: str) -> None:
    lines = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in files(package)}
    assert not {name: count for name, count in lines.items() if count > MAX_LINES}


def imported_modules(package: str) -> dict[str, set[str]]:
    """Return the package's own modules that each of its modules imports."""
    paths = {module_name(path): path for path in files(package)}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        pairs = [imported.partition(":") for imported in imports(path)]
        targets = {f"{module}.{item}" if f"{module}.{item}" in paths else module for module, _, item in pairs}
        graph[name] = targets & paths.keys()
    return graph


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_do_not_import_each_other_in_a_cycle(package: str) -> None:
    """Nor do they for their types."""
    TopologicalSorter(imported_modules(package)).prepare()  # raises CycleError, which names the cycle


@pytest.mark.parametrize("package", PACKAGES)
def test_folders_do_not_import_each_other_in_a_cycle(package: str) -> None:
    """A folder can be read without the others. A file of a package's root counts as a folder of its own."""
    folders = {module_name(path): "/".join(path.relative_to(ROOT).parts[:2]) for path in files(package)}
    graph: dict[str, set[str]] = {folder: set() for folder in folders.values()}
    for name, targets in imported_modules(package).items():
        graph[folders[name]] |= {folders[target] for target in targets} - {folders[name]}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the cycle


DRAWING_AND_TABLES = ["numpy", "PIL", "matplotlib", "pandas", "polars", "pyarrow", "scipy"]


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        (
            "bot.cli.main",
            ["genai_prices", "slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "matplotlib", "playground"],
        ),
        ("bot.cli.serve", [*DRAWING_AND_TABLES, "genai_prices", "alembic", "tiktoken", "toktok", "playground"]),
        ("bot.app", DRAWING_AND_TABLES),
        ("calculator", ["genai_prices", "slack_bolt", "aiohttp", "bot"]),
        ("pricing", ["genai_prices", "aiohttp", "calculator", "bot"]),
    ],
)
def test_quick_start_imports_no_heavy_modules(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & set(absent)

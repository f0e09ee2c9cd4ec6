"""What the packages may import, and how large a file may grow: read from the source, not from running it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Collection, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pricing

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "calculator", "pricing", "playground")
MAX_LINES = 350
START = ROOT / "bot/cli/serve.py"

# The calculator is a function of its arguments: nothing that reads the world has a place in it.
WORLDLY = {
    *("os", "pathlib", "io", "sys", "time", "random", "secrets", "uuid", "socket", "subprocess", "tempfile", "locale"),
    *("urllib", "http", "requests", "httpx", "aiohttp", "slack_sdk", "slack_bolt", "sqlalchemy", "asyncio", "logging"),
    *("yaml", "genai_prices", "importlib", "threading"),
}


def files(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found
    return found


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, at the top or inside a function, as an absolute name; with what is taken from it."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: -node.level]) if node.level else ""
            module = ".".join(part for part in (above, node.module or "") if part)
            yield from (f"{module}:{alias.name}" for alias in node.names)


def modules(path: Path) -> set[str]:
    """`a.b` for `import a.b` and for `from a.b import c`; `a.b.c` too, where c may be a module."""
    found: set[str] = set()
    for name in imports(path):
        module, _, taken = name.partition(":")
        found |= {module, f"{module}.{taken}"} if taken else {module}
    return found


def within(module: str, packages: str | Collection[str]) -> bool:
    return module.partition(".")[0] in ([packages] if isinstance(packages, str) else packages)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


ALL = [path for package in PACKAGES for path in files(package)]


@pytest.mark.parametrize("path", files("pricing"), ids=name_of)
def test_pricing_imports_no_other_package(path: Path) -> None:
    assert not {module for module in modules(path) if within(module, "calculator") or within(module, "bot")}


@pytest.mark.parametrize("path", files("calculator"), ids=name_of)
def test_the_calculator_sees_only_what_pricing_hands_out(path: Path) -> None:
    assert not {module for module in modules(path) if within(module, "bot")}
    for name in imports(path):
        module, _, taken = name.partition(":")
        if within(module, "pricing"):
            assert module == "pricing"
            assert taken in pricing.__all__


FACADES = (
    *("calculator", "calculator.datasets", "calculator.gpu", "calculator.gpu_rental"),
    *("pricing", "pricing.refresh"),
)


@pytest.mark.parametrize("path", [*files("bot"), *files("playground")], ids=name_of)
def test_bot_uses_only_what_the_facades_export(path: Path) -> None:
    for name in imports(path):
        module, _, item = name.partition(":")
        if within(module, "calculator") or within(module, "pricing"):
            assert module in FACADES
            assert item in importlib.import_module(module).__all__


@pytest.mark.parametrize("path", files("calculator"), ids=name_of)
def test_the_calculator_is_pure(path: Path) -> None:
    assert not {module for module in modules(path) if module.partition(".")[0] in WORLDLY}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "today", "utcnow"), f"line {node.lineno}: the date is an argument"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print", "input", "eval", "exec"), f"line {node.lineno}"
            draws = path.name == "sampling.py"  # many cases at once are NumPy's numbers, and never shown to the cent
            assert draws or node.func.id != "float", f"line {node.lineno}: money is Decimal"


@pytest.mark.parametrize("path", files("playground"), ids=name_of)
def test_playground_imports_no_other_package(path: Path) -> None:
    assert not {module for module in modules(path) if within(module, ("bot", "calculator", "pricing", "tests"))}


@pytest.mark.parametrize("path", [path for path in ALL if path.parts[len(ROOT.parts)] != "playground"], ids=name_of)
def test_only_the_start_imports_the_playground(path: Path) -> None:
    assert path == START or not {module for module in modules(path) if within(module, "playground")}


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def imported_modules(package: str) -> dict[str, set[str]]:
    """The package's own modules that each of its modules imports."""
    paths = {module_name(path): path for path in files(package)}
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        pairs = [imported.partition(":") for imported in imports(path)]
        targets = {f"{module}.{item}" if f"{module}.{item}" in paths else module for module, _, item in pairs}
        graph[name] = targets & paths.keys()
    return graph


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_imported_in_a_circle(package: str) -> None:
    """Nor are types: what needs each other belongs together, or stands on something third."""
    TopologicalSorter(imported_modules(package)).prepare()  # raises CycleError, which names the circle


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
def test_a_quick_start_leaves_the_heavy_modules_alone(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & set(absent)

"""Load the capability table from YAML, as strictly as the price files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from msgspec import field
from msgspec.structs import asdict, replace

from pricing.capability.names import fold_model_name
from pricing.capability.records import (
    Band,
    ExampleFloor,
    Measure,
    ModelCapability,
    PublishedSource,
    Scale,
    TunedResult,
)
from pricing.capability.table import CapabilityTable, Scales
from pricing.files.reading import DATA_DIR, PriceFileError, read_record, read_text, validate
from pricing.files.record import Limits, Record
from pricing.files.snapshot import load_snapshot

OWN_FILE = "capability.yml"
"""Name of the organisation's own file in its price folder."""

SHIPPED = (DATA_DIR / "capability.yml", DATA_DIR / "tuned_results.yml")


class CapabilityFile(Record):
    """`capability.yml`: sources, scales and models. An organisation's own file may leave out what it doesn't change."""

    sources: dict[str, PublishedSource]
    scales: dict[str, dict[str, Any]] = field(default_factory=dict)
    bands: dict[Band, Decimal] | None = None
    same_class_points: Annotated[Decimal | None, Limits(ge=0, le=100)] = None
    models: dict[str, dict[str, Any]]


class CapabilityContent(Record):
    """The parts of the capability table."""

    models: dict[str, ModelCapability]
    scales: dict[str, Scale]
    bands: dict[Band, Decimal]
    same_class_points: Decimal
    sources: dict[str, PublishedSource]
    results: tuple[TunedResult, ...]
    floors: tuple[ExampleFloor, ...]


class ChecksFile(Record):
    """`capability_checks.yml`: values to check the index against, by model. No answer uses them."""

    sources: dict[str, PublishedSource]
    scales: dict[str, dict[str, Any]]
    models: dict[str, list[dict[str, Any]]]


class TunedResultsFile(Record):
    """`tuned_results.yml`: published results of tuned models, and the fewest examples by task."""

    sources: dict[str, PublishedSource]
    floors: list[dict[str, Any]]
    results: list[dict[str, Any]]


def capability_loader(own_dir: Path | None, digest: hashlib._Hash) -> Callable[[], CapabilityTable]:
    """Return a function that loads the capability table, and add the content of its files to `digest`.

    The shipped files are parsed on first use, because that takes a tenth of a second that most commands don't need. An
    organisation's own file is parsed at once, so that a fault in it is reported when the program starts.

    Args:
        own_dir: The organisation's price folder.
        digest: Receives the content of the files.

    Raises:
        PriceFileError: If a file can't be read, or the organisation's own can't be used.
    """
    own_path = own_dir / OWN_FILE if own_dir else None
    has_own = own_path is not None and own_path.is_file()
    for path in (*SHIPPED, *((own_path,) if own_path and has_own else ())):
        digest.update(f"{path.name}\0{read_text(path)}\0".encode())
    if has_own:
        table = load_capability(own_dir)
        return lambda: table
    return shipped_capability


@cache
def shipped_capability() -> CapabilityTable:
    """Return the shipped capability table, which is parsed once. Raises PriceFileError."""
    return load_capability()


def load_capability(own_dir: Path | None = None, *, data_dir: Path = DATA_DIR) -> CapabilityTable:
    """Return the capability table, with the organisation's own values laid over it.

    Args:
        own_dir: The organisation's price folder. Its `capability.yml`, if it has one, has the form of the shipped file;
            its scales are preferred, and a model's keys replace those of the shipped entry.
        data_dir: The folder of the shipped files.

    Raises:
        PriceFileError: If a file can't be used. The text names the file, the field and the fix.
    """
    path, results_path = data_dir / "capability.yml", data_dir / "tuned_results.yml"
    texts = [read_text(path), read_text(results_path)]
    content = load_snapshot(path, CapabilityContent, texts, lambda: _validated(path, results_path))
    own_path = own_dir / OWN_FILE if own_dir else None
    if own_path and own_path.is_file():
        content = _with_own(content, own_path)
    bands = dict(sorted(content.bands.items(), key=lambda item: -item[1]))
    scales = Scales(dict(content.scales), bands, content.same_class_points)
    return CapabilityTable(content.models, scales, content.sources, content.results, content.floors)


def _validated(path: Path, results_path: Path) -> CapabilityContent:
    """Return the content of the shipped files."""
    file, tuned = _read(path, CapabilityFile), _read(results_path, TunedResultsFile)
    if file.bands is None or file.same_class_points is None:
        raise PriceFileError(f"{path.name}: bands and same_class_points are required")
    scales = validate(path.name, ("scales",), dict[str, Scale], file.scales, file.sources)
    models = _models(path.name, file, {}, scales)
    results = validate(results_path.name, ("results",), tuple[TunedResult, ...], tuned.results, tuned.sources)
    floors = validate(results_path.name, ("floors",), tuple[ExampleFloor, ...], tuned.floors, tuned.sources)
    for result in results:
        if result.base and result.base not in models:
            raise PriceFileError(f"{results_path.name}: results: base {result.base!r} isn't in {path.name}")
        if result.source.published_by is None:
            raise PriceFileError(f"{results_path.name}: sources: {result.source.title}: published_by is missing")
    _check_names(models.values(), path.name)
    return CapabilityContent(
        models=models,
        scales=scales,
        bands=file.bands,
        same_class_points=file.same_class_points,
        sources={**file.sources, **tuned.sources},
        results=results,
        floors=floors,
    )


def _with_own(shipped: CapabilityContent, path: Path) -> CapabilityContent:
    """Return the shipped content with an organisation's own laid over it."""
    own = _read(path, CapabilityFile)
    scales = validate(path.name, ("scales",), dict[str, Scale], own.scales, own.sources) | shipped.scales
    models = shipped.models | _models(path.name, own, shipped.models, scales)
    _check_names(models.values(), path.name)
    return replace(
        shipped,
        models=models,
        scales=scales,
        bands=own.bands or shipped.bands,
        same_class_points=shipped.same_class_points if own.same_class_points is None else own.same_class_points,
        sources=shipped.sources | own.sources,
    )


def load_capability_checks(table: CapabilityTable, path: Path = DATA_DIR / "capability_checks.yml") -> ChecksByModel:
    """Return values that decide nothing, such as votes of human preference, by model id.

    Args:
        table: Holds the models.
        path: A file in the form of `capability_checks.yml`.

    Raises:
        PriceFileError: If the file can't be used.
    """
    file = _read(path, ChecksFile)
    scales = validate(path.name, ("scales",), dict[str, Scale], file.scales, file.sources)
    checks = {}
    for model, raw in file.models.items():
        if model not in table.models:
            raise PriceFileError(f"{path.name}: models.{model}: isn't in capability.yml")
        checks[model] = validate(path.name, (f"models.{model}",), tuple[Measure, ...], raw, file.sources)
        _check_scales(path.name, model, checks[model], scales)
    return checks


ChecksByModel = dict[str, tuple[Measure, ...]]

R = TypeVar("R", bound=Record)


def _read(path: Path, kind: type[R]) -> R:
    return read_record(path.name, read_text(path), kind)


def _models(
    name: str, file: CapabilityFile, shipped: dict[str, ModelCapability], scales: dict[str, Scale]
) -> dict[str, ModelCapability]:
    """Return the models of a file; an own entry keeps the keys of the shipped one that it doesn't give."""
    models = {}
    for id_, raw in file.models.items():
        if "id" in raw:
            raise PriceFileError(f"{name}: models.{id_}.id: is set by the file; remove it")
        base = shipped.get(id_)
        fields = asdict(base) if base else {}
        model = validate(name, ("models", id_), ModelCapability, fields | raw | {"id": id_}, file.sources)
        if base and "measures" in raw:
            replaced = {measure.scale for measure in model.measures}
            kept = tuple(measure for measure in base.measures if measure.scale not in replaced)
            model = replace(model, measures=(*model.measures, *kept))
        _check_scales(name, id_, model.measures, scales)
        models[id_] = model
    return models


def _check_scales(name: str, model: str, measures: tuple[Measure, ...], scales: dict[str, Scale]) -> None:
    for measure in measures:
        if measure.scale not in scales:
            raise PriceFileError(f"{name}: models.{model}.measures: {measure.scale!r} isn't listed under scales")


def _check_names(models: Iterable[ModelCapability], name: str) -> None:
    """Refuse a name that two models have: it would give one of them the other's value."""
    owners: dict[str, str] = {}
    for model in models:
        for text in (model.id, model.title, *model.aliases):
            owner = owners.setdefault(fold_model_name(text), model.id)
            if owner != model.id:
                raise PriceFileError(f"{name}: models.{model.id}: the name {text!r} is also that of {owner}; keep one")

"""Load GpuFacts and GpuOffers from YAML, as strictly as the price files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from pricing.files.reading import (
    DATA_DIR,
    PriceFileError,
    read_record,
    read_text,
    validate,
    validate_records,
    yaml_files,
)
from pricing.files.record import Record
from pricing.files.snapshot import load_snapshot
from pricing.gpu.facts import Framework, Gpu, GpuFacts, ModelShape
from pricing.gpu.offers import GpuCatalog, GpuOffer
from pricing.gpu.physics import GpuConstant, GpuPhysics
from pricing.gpu.serving import ServingPhysics
from pricing.price import Source

R = TypeVar("R", bound=Record)
P = TypeVar("P", GpuPhysics, ServingPhysics)


class ModelsFile(Record):
    """`models.yml`: the shapes of models and their sources."""

    sources: dict[str, Source]
    models: dict[str, dict[str, Any]]


class GpusFile(Record):
    """`gpus.yml`: GPUs and their sources."""

    sources: dict[str, Source]
    gpus: dict[str, dict[str, Any]]


class ConstantsFile(Record):
    """`gpu_model.yml` or `serving_model.yml`: the constants of a model and their sources."""

    sources: dict[str, Source]
    constants: dict[str, dict[str, Any]]


class FrameworksFile(Record):
    """`gpu_frameworks.yml`: the defaults of training frameworks and their sources."""

    sources: dict[str, Source]
    frameworks: dict[str, dict[str, Any]]


class GpuOffersFile(Record):
    """One platform: its sources and the GPUs it rents, by its own names."""

    platform: str
    title: str
    sources: dict[str, Source]
    offers: dict[str, dict[str, Any]]


def load_gpus(digest: hashlib._Hash) -> GpuCatalog:
    """Return the facts and offers of GPUs, and add the files' content to `digest`. Raises PriceFileError."""
    facts = load_gpu_facts()
    digest.update(facts.version.encode())
    return GpuCatalog(facts, load_gpu_offers(facts, digest=digest))


def load_gpu_offers(
    facts: GpuFacts, offers_dir: Path = DATA_DIR / "gpu_offers", *, digest: hashlib._Hash | None = None
) -> dict[str, GpuOffer]:
    """Return the offers of rented GPUs by id.

    Args:
        facts: Must hold every GPU that an offer names.
        offers_dir: Holds one file per platform.
        digest: Updated with the content of the files.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    texts = {path.name: read_text(path) for path in yaml_files(offers_dir)}
    if digest:
        for text in texts.values():
            digest.update(text.encode())
    content = (facts.version, *chain.from_iterable(texts.items()))
    return load_snapshot(offers_dir, dict[str, GpuOffer], content, lambda: _validated_offers(texts, facts))


def _validated_offers(texts: Mapping[str, str], facts: GpuFacts) -> dict[str, GpuOffer]:
    """Return the offers by id, from the texts of their files by name."""
    offers: dict[str, GpuOffer] = {}
    for file_name, text in texts.items():
        file = read_record(file_name, text, GpuOffersFile)
        for name, raw in file.offers.items():
            identity = {"id": f"{file.platform}/{name}", "platform": file.platform, "platform_title": file.title}
            where = f"{file_name}: offers.{name}"
            for key in identity:
                if key in raw:
                    raise PriceFileError(f"{where}.{key}: is set by the file; remove it")
            if identity["id"] in offers:
                raise PriceFileError(f"{where}: {identity['id']} is defined twice; keep one file per platform")
            offer = validate(file_name, ("offers", name), GpuOffer, raw | identity, file.sources)
            if offer.gpu not in facts.gpus:
                raise PriceFileError(f"{where}.gpu: {offer.gpu!r} isn't in gpus.yml; add it there")
            offers[offer.id] = offer
    return offers


def load_gpu_facts(data_dir: Path = DATA_DIR) -> GpuFacts:
    """Return the models, GPUs, frameworks and constants of the GPU cost model.

    Raises:
        PriceFileError: Names the file, the field and the fix.
    """
    digest = hashlib.sha256()
    read = partial(_read, digest=digest)
    models = read(data_dir / "models.yml", ModelsFile, "models", ModelShape)
    gpus = read(data_dir / "gpus.yml", GpusFile, "gpus", Gpu)
    frameworks = read(data_dir / "gpu_frameworks.yml", FrameworksFile, "frameworks", Framework)
    constants = read(data_dir / "gpu_model.yml", ConstantsFile, "constants", GpuConstant, named=False)
    serving = read(data_dir / "serving_model.yml", ConstantsFile, "constants", GpuConstant, named=False)
    _refuse_shared_names("models.yml", "models", {name: model.aliases for name, model in models.items()})
    _refuse_shared_names("gpus.yml", "gpus", {name: gpu.aliases for name, gpu in gpus.items()})
    if "unknown" not in frameworks:
        raise PriceFileError(
            "gpu_frameworks.yml: frameworks.unknown: is missing; describe a framework that isn't named"
        )
    physics = _physics("gpu_model.yml", constants, GpuPhysics)
    serving_physics = _physics("serving_model.yml", serving, ServingPhysics)
    return GpuFacts(models, gpus, frameworks, constants, physics, serving_physics, serving, digest.hexdigest()[:8])


def _read(
    path: Path, file_type: type[Record], key: str, kind: type[R], *, digest: hashlib._Hash, named: bool = True
) -> dict[str, R]:
    text = read_text(path)
    digest.update(text.encode())

    def validated() -> dict[str, R]:
        file = read_record(path.name, text, file_type)
        entries: dict[str, dict[str, Any]] = getattr(file, key)
        if not entries:
            raise PriceFileError(f"{path.name}: {key}: is empty")
        if named:
            if twice := [name for name, fields in entries.items() if "name" in fields]:
                raise PriceFileError(f"{path.name}: {key}.{twice[0]}.name: is the key itself; remove it")
            entries = {name: {**fields, "name": name} for name, fields in entries.items()}
        return validate_records(path.name, key, entries, kind, getattr(file, "sources"))  # noqa: B009

    return load_snapshot(path, dict[str, kind], [text], validated)  # type: ignore[valid-type]


def _refuse_shared_names(file: str, key: str, aliases: dict[str, tuple[str, ...]]) -> None:
    """Raise PriceFileError if two entries share a name or alias."""
    owner: dict[str, str] = {name: name for name in aliases}
    for name, others in aliases.items():
        for alias in others:
            if alias in owner:
                raise PriceFileError(f"{file}: {key}.{name}.aliases: {alias!r} already means {owner[alias]}; remove it")
            owner[alias] = name


def _physics(file: str, constants: dict[str, GpuConstant], kind: type[P]) -> P:
    needed = [field.name for field in fields(kind)]
    if unknown := sorted(set(constants) - set(needed)):
        raise PriceFileError(f"{file}: constants.{unknown[0]}: isn't a constant of the model; remove it")
    if missing := [name for name in needed if name not in constants]:
        raise PriceFileError(f"{file}: constants.{missing[0]}: is missing")
    return kind(**{name: constants[name].value for name in needed})

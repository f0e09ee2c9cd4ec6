"""YAML files -> Catalog. Strict: what is misspelt, undated, unsourced or contradictory does not load, and the error
says where and what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from pricing.base_models import GenaiBaseModels
from pricing.catalog import BaseModels, Catalog
from pricing.files.records import DATA_DIR, PriceFileError, explain, read_record, read_text, yaml_files
from pricing.gpu.load import load_gpus
from pricing.offer import Assumption, Offer, Price, Record, Source, TrainingRules

PROVIDERS_DIR = DATA_DIR / "providers"


# What an offer has from its file and its place in it.
_FROM_THE_FILE = ("id", "platform", "platform_title")


class Defaults(Record):
    """What the offers of one file share. An offer's own value replaces the shared one whole."""

    training: TrainingRules | None = None


class PlatformFile(Record):
    """One file: one platform, its sources, its offers. Offers are keyed by model, with @variant where the platform has
    several.
    """

    platform: str
    title: str | None = None
    """The platform's name as people say it; required where the platform is new."""
    sources: dict[str, Source]
    defaults: dict[str, Any] = Field(default_factory=dict)
    """`Defaults`, read once the sources are known."""
    offers: dict[str, dict[str, Any]]


class AssumptionsFile(Record):
    """Numbers that no platform publishes, each with its reason and source."""

    sources: dict[str, Source]
    assumptions: dict[str, dict[str, Any]]


Layer = Literal["catalogue", "refreshed", "yours"]


def load_catalog(
    overlay_dir: Path | None = None,
    *,
    providers_dir: Path = PROVIDERS_DIR,
    refreshed_dir: Path | None = None,
    base_models: BaseModels | None = None,
) -> Catalog:
    """The catalogue in `providers_dir`, with what a refresh wrote into `refreshed_dir` laid over it where that was
    checked later, and over both the organisation's own prices of `overlay_dir`. Raises PriceFileError.
    """
    offers: dict[str, Offer] = {}
    files: dict[str, str] = {}
    digest = hashlib.sha256()
    newest = ""
    layers: list[tuple[Path | None, Layer]] = [
        (providers_dir, "catalogue"),
        (refreshed_dir, "refreshed"),
        (overlay_dir, "yours"),
    ]
    for folder, layer in layers:
        for path in yaml_files(folder) if folder else ():
            text = read_text(path)
            digest.update(f"{path.name}\0{layer}\0{text}\0".encode())
            sources = _read_platform(path, text, offers, layer)
            newest = max([newest, *(source.checked for source in sources)])
            files |= {offer_id: path.name for offer_id in offers if offer_id not in files}
    for offer in offers.values():
        if offer.nearest and offer.nearest not in offers:
            where = f"{files[offer.id]}: offers.{offer.id.partition('/')[2]}.nearest"
            raise PriceFileError(f"{where}: there is no offer {offer.nearest!r} in the catalogue")
    assumptions = _read_assumptions(DATA_DIR / "assumptions.yml", digest)
    gpus = load_gpus(digest)
    version = f"{newest}.{digest.hexdigest()[:8]}"
    return Catalog(offers.values(), assumptions, base_models or GenaiBaseModels(), gpus, version)


def _read_assumptions(path: Path, digest: hashlib._Hash) -> dict[str, Assumption]:
    text = read_text(path)
    digest.update(text.encode())
    file = read_record(path.name, text, AssumptionsFile)
    context = {"sources": file.sources}
    try:
        return {name: Assumption.model_validate(raw, context=context) for name, raw in file.assumptions.items()}
    except ValidationError as error:
        raise PriceFileError(explain(path.name, (), error)) from None


def _read_platform(path: Path, text: str, offers: dict[str, Offer], layer: Layer) -> Iterable[Source]:
    """Add or override the offers of one file in `offers`."""
    file = read_record(path.name, text, PlatformFile)
    try:
        shared = Defaults.model_validate(file.defaults, context={"sources": file.sources})
    except ValidationError as error:
        raise PriceFileError(explain(path.name, ("defaults",), error)) from None
    for key, source in file.sources.items():
        if source.url is None and layer == "catalogue":
            raise PriceFileError(f"{path.name}: sources.{key}.url: is missing; say where the price can be checked")
    for model, raw in file.offers.items():
        offer_id = f"{file.platform}/{model}"
        known = offers.get(offer_id)
        where = ("offers", model)
        if known is None and layer == "refreshed":
            continue  # the catalogue has dropped it since
        if known and layer == "catalogue":
            raise PriceFileError(
                f"{path.name}: offers.{model}: {offer_id} is already in the catalogue; one file a platform"
            )
        for key in _FROM_THE_FILE:
            if key in raw:
                raise PriceFileError(f"{path.name}: offers.{model}.{key}: comes from the file itself; remove it")
        title = file.title or next(
            (offer.platform_title for offer in offers.values() if offer.platform == file.platform), None
        )
        if title is None:
            raise PriceFileError(f"{path.name}: title is missing: {file.platform} is a new platform; say its name")
        try:
            offers[offer_id] = _make_offer(raw, known, offer_id, file, shared, title, layer)
        except ValidationError as error:
            raise PriceFileError(explain(path.name, where, error)) from None
    return file.sources.values()


def _make_offer(
    raw: dict[str, Any],
    known: Offer | None,
    offer_id: str,
    file: PlatformFile,
    shared: Defaults,
    title: str,
    layer: Layer,
) -> Offer:
    fields: dict[str, Any] = {name: getattr(known, name) for name in Offer.model_fields} if known else {}
    fields |= {key: value for key, value in shared if value is not None}
    fields |= raw | {"id": offer_id, "platform": file.platform, "platform_title": title}
    prices = raw.get("prices", {})
    if isinstance(prices, dict):
        marked = {kind: [_marked(row, layer == "yours") for row in _rows(rows)] for kind, rows in prices.items()}
        before = known.prices if known else {}
        if layer == "refreshed":
            marked = {kind: _fresher(before.get(kind, ()), rows, file.sources) for kind, rows in marked.items()}
        fields["prices"] = {**before, **{kind: _laid_over(before.get(kind, ()), rows) for kind, rows in marked.items()}}
    return Offer.model_validate(fields, context={"sources": file.sources})


def _rows(rows: Any) -> list[Any]:
    """One price may stand alone; several are a list."""
    return rows if isinstance(rows, list) else [rows]


def _marked(row: Any, yours: bool) -> Any:
    return {**row, "yours": yours} if isinstance(row, dict) else row


def _laid_over(before: Iterable[Price], rows: list[Any]) -> list[Any]:
    """Own prices replace the catalogue's of the same method and variant; the others stay."""
    replaced = {(row.get("method"), row.get("variant")) for row in rows if isinstance(row, dict)}
    return [price for price in before if (price.method, price.variant) not in replaced] + rows


def _fresher(before: Iterable[Price], rows: list[Any], sources: dict[str, Source]) -> list[Any]:
    """The rows of those methods and variants that the catalogue itself has not checked later."""
    known = {(price.method, price.variant): date.min for price in before}
    for price in before:
        key = price.method, price.variant
        known[key] = max(known[key], price.source.checked_on)
    mine = dict.fromkeys(known, date.min)
    for row in rows:
        if isinstance(row, dict) and row.get("source") in sources:
            key = row.get("method"), row.get("variant")
            mine[key] = max(mine.get(key, date.min), sources[row["source"]].checked_on)
    late = {key for key, day in known.items() if day > mine[key]}
    return [row for row in rows if not (isinstance(row, dict) and (row.get("method"), row.get("variant")) in late)]

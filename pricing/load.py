"""Load the catalogue from YAML files.

Misspelt, undated, unsourced or contradictory entries don't load; the error names the place and the fix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from msgspec import field
from msgspec.structs import asdict

from pricing.base.models import GenaiBaseModels
from pricing.capability.load import OWN_FILE, capability_loader
from pricing.catalog import BaseModels, Catalog
from pricing.files.entries import SourcedFile, load_entries
from pricing.files.reading import (
    DATA_DIR,
    PriceFileError,
    read_record,
    read_text,
    validate,
    yaml_files,
)
from pricing.files.record import Record
from pricing.files.snapshot import load_snapshot
from pricing.gpu.load import load_gpus
from pricing.offers.not_sold import load_not_sold
from pricing.offers.offer import Offer
from pricing.offers.terms import MethodTerms, ServingTerms, TrainingRules
from pricing.price import Assumption, Price, Source

PROVIDERS_DIR = DATA_DIR / "providers"


# Set by the file and the place of the offer in it.
_FROM_THE_FILE = ("id", "platform", "platform_title")


class Defaults(Record):
    """Values that the offers of one file share. An offer's own value replaces the shared one entirely."""

    training: TrainingRules | None = None
    methods: MethodTerms | None = None
    serving: ServingTerms | None = None
    """Merged with an offer's own, value by value."""


class PlatformFile(Record):
    """One platform: its sources, and its offers by model, with @variant if it has several per model."""

    platform: str
    title: str | None = None
    """The platform's display name; required for a new platform."""
    sources: dict[str, Source]
    defaults: dict[str, Any] = field(default_factory=dict)
    """`Defaults`, validated once the sources are known."""
    offers: dict[str, dict[str, Any]]


class ReadOffers(Record):
    """The offers of some price files by id."""

    offers: dict[str, Offer]
    files: dict[str, str]
    """The name of the file that defined an offer, by the offer's id."""
    newest: str
    """The latest day on which a source was checked."""


class AssumptionsFile(SourcedFile):
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
    """Return the catalogue, with refreshed and own prices laid over it.

    Args:
        overlay_dir: The organisation's own prices, which replace all others of the same kind, method and variant.
        providers_dir: The catalogue's price files, one per platform.
        refreshed_dir: Prices that a refresh wrote; they replace those that were checked earlier.
        base_models: Prices of prompting base models; None: the shipped list.

    Raises:
        PriceFileError: If a file can't be used. The text names the file, the field and the fix.
    """
    digest = hashlib.sha256()
    layers: list[tuple[Path | None, Layer]] = [
        (providers_dir, "catalogue"),
        (refreshed_dir, "refreshed"),
        (overlay_dir, "yours"),
    ]
    read = ReadOffers(offers={}, files={}, newest="")
    for folder, layer in layers:
        texts = _read_folder(folder, layer) if folder else {}
        for name, text in texts.items():
            digest.update(f"{name}\0{layer}\0{text}\0".encode())
        if layer == "catalogue":
            content = chain.from_iterable(texts.items())
            read = load_snapshot(providers_dir, ReadOffers, content, partial(_lay_over, read, texts, layer))
        elif texts:
            read = _lay_over(read, texts, layer)
    offers = read.offers
    for offer in offers.values():
        if offer.nearest and offer.nearest not in offers:
            where = f"{read.files[offer.id]}: offers.{offer.id.partition('/')[2]}.nearest"
            raise PriceFileError(f"{where}: {offer.nearest!r} isn't an offer of the catalogue; correct or remove it")
    not_sold = load_not_sold(providers_dir.parent / "not_sold.yml", offers, digest)
    assumptions = load_entries(DATA_DIR / "assumptions.yml", AssumptionsFile, "assumptions", Assumption, digest)
    gpus = load_gpus(digest)
    capability = capability_loader(overlay_dir, digest)
    version = f"{read.newest}.{digest.hexdigest()[:8]}"
    return Catalog(offers.values(), assumptions, base_models or GenaiBaseModels(), gpus, version, not_sold, capability)


def _read_folder(folder: Path, layer: Layer) -> dict[str, str]:
    """Return the texts of the price files of a folder by name."""
    # An organisation's capability file isn't prices; it is read with the capability table.
    return {
        path.name: read_text(path) for path in yaml_files(folder) if not (layer == "yours" and path.name == OWN_FILE)
    }


def _lay_over(below: ReadOffers, texts: Mapping[str, str], layer: Layer) -> ReadOffers:
    """Return offers with those of the price files of a layer laid over them."""
    offers, files, newest = dict(below.offers), dict(below.files), below.newest
    for name, text in texts.items():
        sources = _read_platform(name, text, offers, layer)
        newest = max([newest, *(source.checked for source in sources)])
        files |= {offer_id: name for offer_id in offers if offer_id not in files}
    return ReadOffers(offers=offers, files=files, newest=newest)


def _read_platform(file_name: str, text: str, offers: dict[str, Offer], layer: Layer) -> Iterable[Source]:
    """Add the offers of one file to `offers`, or override them."""
    file = read_record(file_name, text, PlatformFile)
    shared = validate(file_name, ("defaults",), Defaults, file.defaults, file.sources)
    for key, source in file.sources.items():
        if source.url is None and layer == "catalogue":
            raise PriceFileError(
                f"{file_name}: sources.{key}.url: is missing; give the address where the price can be checked"
            )
    for model, raw in file.offers.items():
        offer_id = f"{file.platform}/{model}"
        base = offers.get(offer_id)
        if base is None and layer == "refreshed":
            continue  # the catalogue no longer has it
        if base and layer == "catalogue":
            raise PriceFileError(
                f"{file_name}: offers.{model}: {offer_id} is already in the catalogue; keep one file per platform"
            )
        for key in _FROM_THE_FILE:
            if key in raw:
                raise PriceFileError(f"{file_name}: offers.{model}.{key}: is set by the file; remove it")
        title = file.title or next(
            (offer.platform_title for offer in offers.values() if offer.platform == file.platform), None
        )
        if title is None:
            raise PriceFileError(f"{file_name}: title is missing: {file.platform} is a new platform; give its name")
        fields = _offer_fields(raw, base, file, shared, layer)
        identity = {"id": offer_id, "platform": file.platform, "platform_title": title}
        offers[offer_id] = validate(file_name, ("offers", model), Offer, fields | identity, file.sources)
    return file.sources.values()


def _offer_fields(
    raw: dict[str, Any], base: Offer | None, file: PlatformFile, shared: Defaults, layer: Layer
) -> dict[str, Any]:
    """Return the fields of an offer: its own, over those that the file's offers share, over those of its base."""
    fields: dict[str, Any] = asdict(base) if base else {}
    fields |= _stated(shared)
    fields |= raw
    if isinstance(raw.get("serving"), dict):
        fields["serving"] = _stated(base.serving if base else None) | _stated(shared.serving) | raw["serving"]
    prices = raw.get("prices", {})
    if isinstance(prices, dict):
        marked = {kind: [_mark_owner(row, layer == "yours") for row in _rows(rows)] for kind, rows in prices.items()}
        base_prices = base.prices if base else {}
        if layer == "refreshed":
            marked = {
                kind: _drop_older_rows(base_prices.get(kind, ()), rows, file.sources) for kind, rows in marked.items()
            }
        fields["prices"] = {
            **base_prices,
            **{kind: _replace_prices(base_prices.get(kind, ()), rows) for kind, rows in marked.items()},
        }
    return fields


def _stated(record: Record | None) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if value is not None} if record else {}


def _rows(rows: Any) -> list[Any]:
    """Return the prices of one kind as a list; a single price may be written without one."""
    return rows if isinstance(rows, list) else [rows]


def _mark_owner(row: Any, yours: bool) -> Any:
    return {**row, "yours": yours} if isinstance(row, dict) else row


def _replace_prices(base_prices: Iterable[Price], rows: list[Any]) -> list[Any]:
    """Replace the prices of the same method and variant, in their place: the first method is the default."""
    groups: dict[Any, list[Any]] = {}
    for price in base_prices:
        groups.setdefault((price.method, price.variant), []).append(price)
    replacing: dict[Any, list[Any]] = {}
    for row in rows:
        key = (row.get("method"), row.get("variant")) if isinstance(row, dict) else None
        replacing.setdefault(key, []).append(row)
    return [price for group in (groups | replacing).values() for price in group]


def _drop_older_rows(base_prices: Iterable[Price], rows: list[Any], sources: dict[str, Source]) -> list[Any]:
    """Drop the rows whose method and variant the catalogue itself checked later."""
    base_days = {(price.method, price.variant): date.min for price in base_prices}
    for price in base_prices:
        key = price.method, price.variant
        base_days[key] = max(base_days[key], price.source.checked_on)
    own_days = dict.fromkeys(base_days, date.min)
    for row in rows:
        if isinstance(row, dict) and row.get("source") in sources:
            key = row.get("method"), row.get("variant")
            own_days[key] = max(own_days.get(key, date.min), sources[row["source"]].checked_on)
    late = {key for key, day in base_days.items() if day > own_days[key]}
    return [row for row in rows if not (isinstance(row, dict) and (row.get("method"), row.get("variant")) in late)]

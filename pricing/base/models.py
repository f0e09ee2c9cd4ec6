"""Base models by the names that people use, with prices, lifecycle and sellers. Bundled data, no network."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

from pricing.base.facts import BaseFacts, shipped_base_facts
from pricing.base.prepared import LESS_KNOWN, PreparedPriceList, indexed_names, is_listed, load_prepared, rank
from pricing.base.prices import CHECKED, BasePriceList, ListedModel, Seller
from pricing.base.successors import with_successors
from pricing.catalog import BasePrice, SoldModel, UnknownName
from pricing.names.decoration import without_serving, without_snapshot
from pricing.names.index import NameIndex, NameResolution, either, is_family
from pricing.names.prefixes import OWNERS, SELLERS, Reference, bedrock_name, read_reference
from pricing.names.spelling import spell, version_of, words
from pricing.offers.names import opaque_reason, shorten_name
from pricing.price import Source

# Ids of sellers that differ from those of the catalogue's platforms.
_SELLER_IDS = {"aws-bedrock": "aws"}
_TUNED = re.compile(r"ft:(.+?)(?:-20\d\d)?-?|(.+)\.ft-?")
_REGION = re.compile(r"(us|eu|apac|jp|au|ca|in|global|regional)\.")
# A name that is only a provider's. What is also a model's or a family's isn't among them.
_PROVIDERS = SELLERS.keys() - {"gemini", "deepseek", "mistral", "cohere"}
# Parts of an open model's name at every seller.
_FORM = re.compile(r"^meta-(?=llama)|[- ](?:instruct|chat|it|hf)(?=[- ]|$)")
MAX_CHOICES = 6
FAMILY = 3  # versions of a model from which its name without a version means all of them


class GenaiBaseModels:
    """Prices of genai-prices, with the names of `pricing.names`. The data is read on first use."""

    def __init__(self, prices: BasePriceList | None = None) -> None:
        self._prices = prices or BasePriceList()

    @property
    def _facts(self) -> Mapping[str, BaseFacts]:
        return shipped_base_facts()

    @cached_property
    def _prepared(self) -> PreparedPriceList:
        return load_prepared(self._prices)

    @property
    def _sellers(self) -> dict[str, Seller]:
        return self._prepared.sellers

    @cached_property
    def _models(self) -> dict[str, ListedModel]:
        return {model.id: model for model in self._prepared.models}

    @cached_property
    def _index(self) -> NameIndex:
        return NameIndex("base model", self._prepared.names, without_serving, bedrock_name)

    @cached_property
    def _unlisted(self) -> NameIndex:
        return NameIndex(
            "base model", indexed_names(self._prepared.models, listed=False), without_serving, bedrock_name
        )

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {model_id.lower(): model_id for model_id in self._models}

    @cached_property
    def _written(self) -> dict[str, list[str]]:
        """Ids by every name as it is written in the list, in lower case."""
        written: dict[str, list[str]] = {}
        for model in self._models.values():
            for name in dict.fromkeys((model.name.lower(), *model.aliases)):
                written.setdefault(name, []).append(model.id)
        return written

    @lru_cache(maxsize=512)  # noqa: B019 - one instance lives as long as the process
    def resolve(self, name: str) -> NameResolution:
        """Return the base models that a name can mean, as seller/model; the default first."""
        if (known := self._ids.get(name.strip().lower())) is not None:
            return NameResolution("base model", name, (known,), "exact", known)
        reference = read_reference(name, self._sellers)
        if reference.is_opaque or not reference.name:
            return NameResolution("base model", name, reason=opaque_reason(name))
        if reference.is_tuned:
            return self._tuned(name, reference)
        sellers = frozenset(_SELLER_IDS.get(seller, seller) for seller in reference.sellers)
        if reason := self._not_a_model(name, reference):
            return NameResolution("base model", name, reason=reason)
        for allowed in self._allowed(sellers, reference):
            if resolution := self._resolve_at(name, reference, allowed):
                return resolution
        listed = sellers & self._sellers.keys()
        near = self._near(reference.name, listed.union(*(self._sellers[seller].fallbacks for seller in listed)))
        anywhere = self._resolve_at(name, reference, frozenset()) if sellers else None
        elsewhere = anywhere.ids if anywhere and anywhere.match != "part" else ()
        if not elsewhere:
            return NameResolution("base model", name, near=near)
        where = ", ".join(self._sellers[model_id.partition("/")[0]].title for model_id in elsewhere[:MAX_CHOICES])
        titles = [self._sellers[seller].title for seller in sorted(listed)] or sorted(reference.sellers)
        reason = f"The price list has no “{shorten_name(reference.name)}” at {either(titles)}, but at {where}."
        return NameResolution("base model", name, near=elsewhere[:3], reason=reason)

    def _not_a_model(self, name: str, reference: Reference) -> str:
        """Return the sentence for the name of a provider, and for a misspelt one before a model; empty if neither."""
        folded = "-".join(name.strip().lower().replace("_", " ").split())
        if folded in _PROVIDERS or (folded in self._sellers and folded not in self._families):
            return f"“{shorten_name(name.strip())}” is a provider. Name the model that you use, such as gpt-4.1-mini."
        if not reference.owner or reference.sellers or reference.owner in OWNERS | self._owners:
            return ""
        close = difflib.get_close_matches(reference.owner, _PROVIDERS, n=1, cutoff=0.8)
        return f"Unknown provider “{shorten_name(reference.owner)}”. Did you mean {close[0]}?" if close else ""

    @cached_property
    def _families(self) -> frozenset[str]:
        """The first words of the models' names."""
        return frozenset(words(self.plain_name(model_id))[0] for model_id in self._models)

    @cached_property
    def _owners(self) -> frozenset[str]:
        """The owners of models in the list's names, in lower case."""
        return frozenset(part.lower() for model in self._models.values() for part in model.name.split("/")[:-1])

    def _near(self, name: str, sellers: frozenset[str]) -> tuple[str, ...]:
        """Return the ids of models with similar names, each once, at its best seller."""
        near: dict[str, str] = {}
        for model_id in self._index.near(name, sellers, count=12):
            near.setdefault(self.plain_name(model_id), model_id)
        return tuple(near.values())[:3]

    def _allowed(self, sellers: frozenset[str], reference: Reference) -> list[frozenset[str]]:
        """Return the sets of sellers to look at, one after the other; an empty one means all."""
        known = sellers & self._sellers.keys()
        fallbacks = frozenset(other for seller in known for other in self._sellers[seller].fallbacks)
        allowed = [group for group in (known, fallbacks) if group]
        if not sellers or reference.names_maker:
            allowed.append(frozenset())
        return allowed

    def _resolve_at(self, name: str, reference: Reference, sellers: frozenset[str]) -> NameResolution | None:
        written = [
            self._models[model_id]
            for text in dict.fromkeys((name.strip().lower(), reference.name.lower()))
            for model_id in self._written.get(text, ())
            if not sellers or model_id.partition("/")[0] in sellers
        ]
        entries, match = self._index.find(reference.name, sellers)
        if match in (None, "part") and not written and (unlisted := self._unlisted.find_exact(reference.name, sellers)):
            entries, match = unlisted, "exact"
        if match == "part" and not written:
            return self._part(name, [entry.id for entry in entries])
        if family := self._newer(reference.name, sellers):
            return self._part(name, family)
        exact = [*written, *(self._models[entry.id] for entry in entries if match != "part")]
        alike = [*exact, *(self._models[entry.id] for entry in self._index.find_plain(reference.name, sellers))]
        models = _one_a_seller(_at_region(name, alike))
        if not models:
            return None
        # A general name means the model wherever it is sold; a snapshot or serving variant means that one.
        is_general = without_serving(reference.name) == _FORM.sub("", without_snapshot(reference.name))
        default = models[0] if is_general else _one_a_seller(_at_region(name, exact or alike))[0]
        ids = dict.fromkeys((default.id, *(model.id for model in models)))
        return NameResolution("base model", name, tuple(ids), match or "exact", default.id)

    def _newer(self, name: str, sellers: frozenset[str]) -> list[str]:
        """Return a family's models, or its latest one, where a name in words means them: `gemini pro`.

        A name with hyphens is that of an API: `gemini-pro` is the model of 2023.
        """
        if any(char.isdigit() for char in name) or "-" in name or "/" in name:
            return []
        entries = self._index.find_part(name, sellers)
        family = {entry.id: self.plain_name(entry.id) for entry in entries}
        family = {model_id: plain for model_id, plain in family.items() if version_of(plain)}
        if latest := self._written.get(f"{'-'.join(words(name))}-latest"):
            return latest[:1]
        return [] if len({*family.values()}) < FAMILY else list(family)

    def _part(self, name: str, ids: Sequence[str]) -> NameResolution:
        """Return the models whose names contain a text, with the newest as default if they differ by version only."""
        ranks = {model_id: rank(self._models[model_id]) for model_id in ids}
        best = [i for limit in (1, LESS_KNOWN) if (i := [m for m in ids if ranks[m] < limit])] or [list(ids)]
        names = {model_id: self.plain_name(model_id) for model_id in best[0]}
        shortest = min(len(words(text)) for text in names.values())
        newest_first = sorted(names, key=lambda model_id: version_of(names[model_id]), reverse=True)
        closest = [model_id for model_id in newest_first if len(words(names[model_id])) == shortest]
        variants = {names[model_id] for model_id in closest}
        is_clear = len(names) == 1 or (len(variants) > 1 and is_family([*variants]))
        default = closest[0] if is_clear else None
        choice = {spell(names[model_id]).key: model_id for model_id in reversed((*closest, *newest_first))}
        return NameResolution("base model", name, tuple(reversed(choice.values()))[:MAX_CHOICES], "part", default)

    def plain_name(self, model_id: str) -> str:
        """Return a model's name without seller, maker and variant, such as `llama-3.3-70b`."""
        return without_serving(bedrock_name(self._models[model_id].name.rpartition("/")[2]))

    def _tuned(self, name: str, reference: Reference) -> NameResolution:
        """Return the list's price of a tuned model, which isn't that of its base."""
        base = without_snapshot(reference.name)
        for written, ids in self._written.items():
            tuned = _TUNED.fullmatch(written)
            if tuned and base == without_snapshot(tuned[2 if "azure" in reference.sellers else 1] or ""):
                return NameResolution("base model", name, tuple(ids[:1]), "exact", ids[0])
        entries = self._index.find(reference.name)[0]
        reason = (
            f"The price of the tuned model “{shorten_name(name)}” isn't known. "
            "Give the prices you pay, base_rates=INPUT/OUTPUT, or name the model that you would prompt without tuning."
        )
        return NameResolution("base model", name, near=tuple(entry.id for entry in entries[:1]), reason=reason)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every model, as its seller writes it."""
        return tuple(model.name for model in self._prices.models)

    @property
    def sold(self) -> tuple[SoldModel, ...]:
        """The chat models that can be prompted, each at all of its sellers, its maker at the top."""
        listed = [(model, self._sellers[model.seller].title) for model in self._models.values() if is_listed(model)]
        return tuple(SoldModel(m.id, m.name, m.title, m.seller, seller, self._end(m.id)) for m, seller in listed)

    @lru_cache(maxsize=512)  # noqa: B019 - one instance lives as long as the process
    def price(self, name: str, day: date) -> BasePrice:
        """Return the prices of a model on a day, in US dollars per 1M tokens. Raises UnknownName."""
        resolution = self.resolve(name)
        if resolution.id is None:
            if resolution.ids:
                names = dict.fromkeys(self.plain_name(model_id) for model_id in resolution.ids)
                raise UnknownName("base model", name, names, f"“{shorten_name(name)}” can be several models.")
            raise UnknownName("base model", name, resolution.near, resolution.reason)
        model = self._models[self._lasting(resolution, day)]
        seller = self._seller(name, model)
        others = self._other_sellers(resolution, model, day)
        price = self._price(model, seller, day, others if seller == model.seller else ())
        if self._has_ended(resolution.id, day) and resolution.id != model.id:
            ended, end = self._models[resolution.id], self._end(resolution.id)
            price = price._replace(gone=f"{ended.name} at {self._sellers[ended.seller].title} ended on {end}")
        return with_successors(price, lambda successor: self._price_at(seller, successor, day))

    def _price_at(self, seller: str, name: str, day: date) -> BasePrice | None:
        """Return the prices of a model at a seller; None for a model that the list doesn't have there."""
        resolution = self.resolve(f"{seller}/{name}")
        return None if resolution.id is None else self._price(self._models[resolution.id], seller, day, ())

    def _lasting(self, resolution: NameResolution, day: date) -> str:
        """Return the default, or the next seller's model if the default has ended and the name doesn't ask for it."""
        default = resolution.id or ""
        if resolution.match == "part" or read_reference(resolution.text, self._sellers).sellers:
            return default
        exact = self._models[default].name.lower() == resolution.text.strip().lower()
        if exact:
            return default
        lasting = [model_id for model_id in resolution.ids if not self._has_ended(model_id, day)]
        priced = (model_id for model_id in lasting if self._models[model_id].row_on(day).prices.input is not None)
        return next(priced, lasting[0] if lasting else default)

    def _has_ended(self, model_id: str, day: date) -> bool:
        end = self._end(model_id)
        return end is not None and end <= day

    def _end(self, model_id: str) -> date | None:
        facts = self._facts.get(model_id)
        return facts.ends if facts else None

    def _other_sellers(self, resolution: NameResolution, model: ListedModel, day: date) -> tuple[str, ...]:
        """Return the titles of the other sellers of a model, if the name doesn't say which one is meant."""
        if resolution.match == "part" or read_reference(resolution.text, self._sellers).sellers:
            return ()
        same_price = [seller for seller, facts in self._sellers.items() if model.seller in facts.fallbacks]
        others = (i for i in resolution.ids if i != model.id and not self._has_ended(i, day))
        listed = [model_id.partition("/")[0] for model_id in others]
        return tuple(self._sellers[seller].title for seller in dict.fromkeys((*same_price, *listed)))

    def _seller(self, name: str, model: ListedModel) -> str:
        """Return the seller that a name asks for, also where it sells another one's model at the same price."""
        for asked in read_reference(name, self._sellers).sellers:
            seller = _SELLER_IDS.get(asked, asked)
            if seller in self._sellers and model.seller in self._sellers[seller].fallbacks:
                return seller
        return model.seller

    def _price(self, model: ListedModel, seller_id: str, day: date, also_at: tuple[str, ...]) -> BasePrice:
        """Return the prices on a day, with those that are announced for later days."""
        current = self._price_on(model, seller_id, day, also_at)
        later = [(change, self._price_on(model, seller_id, change, ())) for change in model.changes_after(day)]
        return current._replace(later=tuple(later))

    def _price_on(self, model: ListedModel, seller_id: str, day: date, also_at: tuple[str, ...]) -> BasePrice:
        seller, row, batch = self._sellers[seller_id], model.row_on(day), model.batch_on(day)
        plain, discounted = row.prices, batch.prices if batch else None
        peaks, longer = model.peak_rows(), row.longer
        peak = peaks[0].prices if peaks else None
        facts = self._facts.get(f"{seller_id}/{model.name}")
        return BasePrice(
            model=model.name,
            provider=seller.title,
            input_usd=plain.input,
            cached_input_usd=plain.cached_input,
            output_usd=plain.output,
            batch_input_usd=_first(discounted.input, plain.input) if discounted else None,
            batch_cached_input_usd=_first(discounted.cached_input, plain.cached_input) if discounted else None,
            batch_output_usd=_first(discounted.output, plain.output) if discounted else None,
            source=Source(
                title=f"genai-prices {self._prepared.version}: {seller.title}",
                url=seller.url,
                checked=CHECKED,
                kind="package data",
            ),
            max_call_input_tokens=row.longer_than,
            also_at=also_at,
            cache_write_usd=plain.cache_write,
            peak_hours=tuple(row.hours for row in peaks if row.hours),
            peak_input_usd=peak and peak.input,
            peak_cached_input_usd=peak and peak.cached_input,
            peak_output_usd=peak and peak.output,
            longer_input_usd=longer and longer.input,
            longer_cached_input_usd=longer and longer.cached_input,
            longer_output_usd=longer and longer.output,
            ends=facts.ends if facts else None,
            replaced_by=facts.replaced_by if facts else None,
            ends_source=facts.source if facts and facts.ends else None,
            context_tokens=model.context_tokens,
            conflict=facts.conflict_text if facts else None,
        )


def _first(*prices: Decimal | None) -> Decimal | None:
    return next((price for price in prices if price is not None), None)


def _one_a_seller(models: Sequence[ListedModel]) -> list[ListedModel]:
    """Return the first model of each seller, the best seller first."""
    sellers: dict[str, ListedModel] = {}
    for model in models:
        sellers.setdefault(model.seller, model)
    return sorted(sellers.values(), key=rank)


def _at_region(name: str, models: Sequence[ListedModel]) -> list[ListedModel]:
    """Return the models in the order of preference of a name: Bedrock has other prices for a region than globally."""
    region = _REGION.match(name.strip().lower().rpartition("/")[2])
    if not region:
        return list(models)
    wanted = "global." if region[1] == "global" else "regional."
    return sorted(models, key=lambda model: not model.name.startswith(wanted))

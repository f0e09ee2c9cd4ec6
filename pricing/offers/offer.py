"""Offers: the prices and rules of one model on one platform. Frozen, dated, sourced; no I/O.

The same models read the YAML files (`load.py`), make the JSON Schema for editors (`schema.py`) and are what the
calculator reads.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from msgspec import field

from pricing.files.record import Limits, Record
from pricing.offers.terms import Lifecycle, MethodTerms, ServingTerms, TrainingRules
from pricing.price import Price, exact_dollars, price_on
from pricing.vocabulary import (
    TOKEN_KINDS,
    UNITS_OF_KIND,
    Access,
    Count,
    Customer,
    Deployable,
    Method,
    Output,
    PriceKind,
    ServingUse,
    Status,
)


class Offer(Record):
    """One model on one platform. `id` is platform/model or platform/model@variant."""

    id: Annotated[str, Limits(pattern=r"^[a-z0-9-]+/[a-z0-9.-]+(@[a-z0-9-]+)?$|^your-rates$", max_length=80)]
    platform: str
    platform_title: str
    title: str
    model: str
    """The platform's own name of the model."""
    aliases: tuple[str, ...] = ()
    parameters_billion: Annotated[Decimal | None, Limits(gt=0)] = None
    training: TrainingRules | None = None
    methods: MethodTerms | None = None
    """None if no source says which methods are sold."""
    serving: ServingTerms | None = None
    lifecycle: Lifecycle | None = None
    nearest: str | None = None
    """The offer to suggest instead of one that has ended or isn't offered."""
    why: str | None = None
    """One sentence that a buyer must know, such as why the offer can't be bought or what its tier lacks."""
    output: Output = "text"
    access: Access = "open"
    """`on request` needs `why`, which says how to ask."""
    deployment_hours: Count | None = None
    """A deployment is deleted after this many hours."""
    prices: dict[PriceKind, tuple[Price, ...]] = field(default_factory=dict)

    def _check(self) -> None:
        for kind, prices in self.prices.items():
            allowed = UNITS_OF_KIND.get(kind, ("1M tokens",))
            keys: set[tuple[Any, ...]] = set()
            for price in prices:
                if price.per not in allowed:
                    raise ValueError(f"{kind} is priced per {' or '.join(allowed)}, not per {price.per}")
                if price.method and kind != "training":
                    raise ValueError(f"{kind} cannot have a method: only training is priced by method")
                if price.tiers and kind not in TOKEN_KINDS:
                    raise ValueError(f"{kind} cannot have tiers: only token prices are graduated by monthly volume")
                key = (price.method, price.variant, price.since)
                if key in keys:
                    raise ValueError(
                        f"{kind} has two prices since {price.since or 'ever'}; give the later one its own date"
                    )
                keys.add(key)
        if self.access == "on request" and not self.why:
            raise ValueError("why is missing; say in one sentence how access is requested")

    @cached_property
    def _histories(self) -> dict[PriceKind | tuple[PriceKind, Method], tuple[Price, ...]]:
        rows: dict[PriceKind | tuple[PriceKind, Method], list[Price]] = {}
        for kind, prices in self.prices.items():
            for price in sorted(prices, key=lambda price: price.since or date.min):
                if price.variant is None:
                    rows.setdefault((kind, price.method) if price.method else kind, []).append(price)
        return {key: tuple(history) for key, history in rows.items()}

    def history(self, kind: PriceKind, method: Method | None = None) -> tuple[Price, ...]:
        """Return the prices of one kind on standard terms, oldest first; of training, those of one method."""
        return self._histories.get((kind, method) if method else kind, ())

    @cached_property
    def priced_methods(self) -> tuple[Method, ...]:
        """Return the training methods with a separate price, in the file's order; empty if there is no choice."""
        return tuple(dict.fromkeys(price.method for price in self.prices.get("training", ()) if price.method))

    @cached_property
    def methods_sold(self) -> tuple[Method, ...]:
        """Return the training methods that are sold for this model, priced or not; empty if no source lists them."""
        terms = self.methods
        stated = (*terms.one_price_buys, *terms.undisclosed, *terms.no_price) if terms else ()
        return tuple(dict.fromkeys((*self.priced_methods, *stated)))

    def sells(self, method: Method) -> bool | None:
        """Return whether the platform sells a training method for this model.

        Args:
            method: The method asked for.

        Returns:
            None if no source says so, such as whether a platform's supervised tuning trains all weights.
        """
        if method in self.priced_methods:
            return True
        if self.methods is None:
            return None
        if method in self.methods.undisclosed:
            return None
        return method in self.methods_sold

    def priced_as(self, method: Method | None) -> Method | None:
        """Return the method under which the training price of a method is recorded.

        Args:
            method: The method asked for; None for the platform's first.

        Returns:
            None for a price that isn't recorded by method.
        """
        if method is None:
            prices = [price for price in self.prices.get("training", ()) if price.variant is None]
            return prices[0].method if prices else None
        terms = self.methods
        if method in self.priced_methods:
            return method
        if terms is None:
            return method if self.priced_methods else None
        return None if method in (*terms.one_price_buys, *terms.undisclosed) else method

    def training_price_on(self, day: date) -> Price | None:
        """Return the price of the platform's first training method on a day; None if none is recorded."""
        return self.price_on("training", day, self.priced_as(None))

    def price_on(self, kind: PriceKind, day: date, method: Method | None = None) -> Price | None:
        """Return the price of a kind that holds on a day; None if none is recorded."""
        return price_on(self.history(kind, method), day)

    def with_training_price(self, day: date) -> str:
        """Return the id with the training price on a day: `azure/gpt-4.1-mini@global ($5 per 1M tokens)`."""
        price = self.training_price_on(day)
        if price is None or price.usd is None:
            return f"{self.id} (training at an unknown price)"
        return f"{self.id} (training {exact_dollars(price.usd)} per {price.per})"

    @cached_property
    def serving_use(self) -> ServingUse:
        """Return the use that the inference prices are sold for; production if the platform sets no limit."""
        return self.serving.use.value if self.serving and self.serving.use else "production"

    @cached_property
    def deployable(self) -> Deployable:
        """Return whether the platform serves the tuned model; without a statement, yes if it has a price."""
        if self.serving and self.serving.deployable:
            return self.serving.deployable.value
        return "yes" if self.sells_calls or self.history("hosting") or self.history("provisioned") else "unknown"

    @property
    def serves_calls(self) -> bool:
        """Return whether calls of the tuned model can be bought here, as far as is known."""
        return self.serving_use != "training" and self.deployable != "no"

    @cached_property
    def sells_calls(self) -> bool:
        """Return whether calls of the tuned model are billed by token or by call."""
        return bool(self.history("input") or self.history("output") or self.history("call"))

    @cached_property
    def sells_endpoint(self) -> bool:
        """Return whether a deployment is billed as dedicated GPUs."""
        return any(price.per == "GPU-hour" for price in self.history("hosting"))

    def status_on(self, day: date) -> Status:
        """Return whether training is open, closing, closed or not offered on a day."""
        life = self.lifecycle
        if life is None:
            return "open"
        if life.stated_status == "not offered":
            return "not offered"
        if (life.inference_ends and day >= life.inference_ends) or (life.training_ends and day > life.training_ends):
            return "closed"
        if life.training_ends or life.inference_ends or life.new_customers_until:
            return "closing"
        return life.stated_status or "open"

    def trains_for(self, customer: Customer, day: date) -> bool:
        """Return whether this kind of customer can start a training job on a day."""
        if self.status_on(day) in ("closed", "not offered"):
            return False
        if customer == "new" and self.access == "on request":
            return False
        life = self.lifecycle
        return not (customer == "new" and life and life.new_customers_until and day > life.new_customers_until)

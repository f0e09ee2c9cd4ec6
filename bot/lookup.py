"""Answers from the catalogue alone: `help`, `models`, `price`. Plain text, the same in Slack and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.render.money import age, unit_price
from bot.render.tables import Table, plain
from calculator import UserError
from pricing import Catalog, Offer, Price, UnknownName

EXAMPLE = "on=all examples=10k example=250/150 epochs=3 calls=50k/day call=100/70"
MAX_MODELS = 40

HELP = f"""\
/ftcost                       opens the form
/ftcost key=value …           prices in one line, such as
                              {EXAMPLE}
/ftcost models [text]         the offers, with status
/ftcost price OFFER           every price of one offer, with source and date
/ftcost list                  your estimates
/ftcost show ID               one of them
@ftcost key=value …           in a thread: changes that thread's estimate

on         openai/gpt-4.1-mini, a platform, a model, or all
examples   training examples: 10k
example    tokens of one example: 250/150 (input/output) or 400
epochs     3, or auto for each platform's own rule
runs       training runs, experiments included: 1 or 3..5
calls      50k/day, 1.5M/month
call       tokens of one call, input/output: 100/70
prompt     prompt tokens before -> after tuning: 2000->100
base       the model that is prompted today: gpt-4o-mini
cached     share of the prompt read from cache: 80%
batch      share of calls sent as batch: 50%
days, months, growth   days a month (30), horizon (12), growth a month (5%)
retrain    a retraining every so many months: 3
prep, data_gb   preparation in USD, stored data in GB
rates      your own prices per 1M tokens: 10/3/6 (training/input/output)
serving, hosted   dedicated, and hours a day a deployment is up: 8h
customer   new or existing, for platforms that close
method     lora, full, dpo, dpo-full, where a platform offers the choice
hours      training hours of one run, where training is billed by the hour
name       what the estimate is called, in quotes

Any number may be a range: 3..5 or 3..4..5. Numbers take k, M, B, commas and %."""


def models(catalog: Catalog, text: str, today: date) -> str:
    """The offers that match `text`, with status; those one can still train where nothing is asked for."""
    found = catalog.search(text) if text.strip() else catalog.trainable(today)
    if not found:
        near = catalog.near(text)
        raise UserError(
            f"No offer matches “{text[:60]}”." + (f" Nearest: {', '.join(near)}." if near else " `models` lists all.")
        )
    rows = tuple(
        (offer.id, offer.status_on(today), _training_price(offer, today), _until(offer)) for offer in found[:MAX_MODELS]
    )
    table = plain(Table(("Offer", "Status", "Training, USD", "Ends"), ("left", "left", "right", "left"), rows))
    more = len(found) - MAX_MODELS
    return table + (f"\n\n{more} more: say what you look for, such as `models llama`." if more > 0 else "")


def _training_price(offer: Offer, today: date) -> str:
    method = offer.methods[0] if offer.methods else None
    rows = [price for price in offer.history("training", method) if price.since is None or price.since <= today]
    if not rows:
        return "–"
    return f"{unit_price(rows[-1].usd)} / {rows[-1].per}" if rows[-1].usd is not None else "unknown"


def _until(offer: Offer) -> str:
    life = offer.lifecycle
    return str(life.inference_ends or life.training_ends or "") if life else ""


def price(catalog: Catalog, name: str, today: date) -> str:
    """Every recorded price of one offer with its source. Raises UserError for a name nobody knows."""
    if not name.strip():
        raise UserError("Say which offer, such as `price openai/gpt-4.1-mini`. `models` lists them.")
    try:
        found = catalog.named(name.strip())
    except UnknownName as error:
        raise UserError(str(error)) from None
    if len(found) > 1:
        raise UserError(f"“{name[:60]}” is several offers: {', '.join(offer.id for offer in found[:12])}. Name one.")
    return _card(found[0], today)


def _card(offer: Offer, today: date) -> str:
    parts = [
        f"{offer.id}: {offer.title} on {offer.platform_title}, model {offer.model}",
        f"Status: {offer.status_on(today)}",
    ]
    if offer.why:
        parts.append(offer.why)
    if life := offer.lifecycle:
        for label, day in (
            ("New customers until", life.new_customers_until),
            ("Training until", life.training_ends),
            ("Answers until", life.inference_ends),
        ):
            if day:
                parts.append(f"{label}: {day}")
        if life.note:
            parts.append(life.note)
        parts.append(f"Dates from {life.source.title}, {life.source.checked}: {life.source.url}")
    if offer.nearest:
        parts.append(f"Nearest offer that is sold: {offer.nearest}")
    if offer.training:
        parts.append(f"Billed: {offer.training.billed}")
    prices = [(kind, price) for kind, rows in offer.prices.items() for price in rows]
    if prices:
        parts += ["", plain(_price_table(prices, today))]
        parts += [
            "",
            *dict.fromkeys(
                f"{price.source.title}, {price.source.checked}: {price.source.url or 'no address'}"
                for _, price in prices
            ),
        ]
        parts += [
            f"{_label(kind, price)}: {text}" for kind, price in prices for text in (price.note, price.conflict) if text
        ]
    else:
        parts.append("No price is recorded.")
    return "\n".join(parts)


def _price_table(prices: Sequence[tuple[str, Price]], today: date) -> Table:
    rows = tuple(
        (
            _label(kind, price),
            _usd(price),
            price.per,
            str(price.since or ""),
            "your price" if price.yours else price.confidence,
            age(price.source.checked_on, today),
        )
        for kind, price in prices
    )
    return Table(
        ("Price", "USD", "per", "since", "confidence", "read"), ("left", "right", "left", "left", "left", "left"), rows
    )


def _usd(price: Price) -> str:
    if price.tiers:
        return ", ".join(
            f"{unit_price(tier.usd)}{f' to {tier.up_to:,}' if tier.up_to else ' above'}" for tier in price.tiers
        )
    return unit_price(price.usd)


def _label(kind: str, price: Price) -> str:
    return " ".join(
        filter(None, (kind.replace("_", " "), price.method, f"({price.variant})" if price.variant else None))
    )

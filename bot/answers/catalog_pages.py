"""Answers from the catalogue alone: `help`, `models`, `price`. The same in Slack and in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.render.ages import OLD, OLD_MEANS, age, age_marked
from bot.render.money import unit_price
from bot.render.page import TextPage
from bot.render.tables import Table
from calculator import KEYS, Key, UserError, in_section
from pricing import Catalog, GpuOffer, Offer, Price, UnknownName

EXAMPLE = " ".join(f"{key.name}={key.example}" for key in in_section("main"))
MAX_MODELS = 40

COMMANDS = (
    ("/ftcost", "open the form"),
    ("/ftcost key=value …", "estimate from one line"),
    ("@ftcost key=value …", "in a thread: change its estimate"),
    ("a file in a thread or to the bot", "count a training file and price it; the form takes one too"),
    ("/ftcost breakeven key=value …", "when tuning pays back against base="),
    ("/ftcost models [text]", "list the offers"),
    ("/ftcost price OFFER", "every price of one offer, with its source"),
    ("/ftcost fit MODEL METHOD GPU", "whether it fits, with memory by part; also seq=, gpus=, stack=, rank="),
    ("/ftcost list", "list your estimates"),
    ("/ftcost show ID", "show one of them"),
    ("/ftcost diff ID ID", "compare two of them, with the causes of the difference"),
    ("/ftcost compare ID ID …", "show two to six side by side; without IDs, those of the thread"),
    (
        "/ftcost watch ID over 5%",
        "alert its thread to a larger change (or over $50); alone: your watches",
    ),
    ("/ftcost unwatch ID", "stop watching an estimate"),
    ("/ftcost budget", "the budget for an estimate here, and who approves more"),
    ("/ftcost audit", "changes of shared settings; for admins"),
    ("/ftcost actual ID 131.20 inference 2026-11", "record what was paid; actual ID compares it"),
    ("/ftcost actual ID pull openai 2026-11", "fetch it from the platform: openai, azure, aws or together"),
    ("@ftcost actual", "in a thread, with a bill as CSV: record it"),
    ("/ftcost keys", "the platforms' API keys; for admins"),
)


def _key_row(key: Key) -> tuple[str, str]:
    """Return a key's example and meaning."""
    example = f'"{key.example}"' if " " in key.example else key.example
    choices = f"One of {', '.join(value for value, _ in key.choices)}." if key.choices else ""
    details = " ".join(filter(None, (choices, key.help)))
    return f"{key.name}={example}", f"{key.label}. {details}" if details else key.label


HELP = TextPage(
    "What you can ask",
    (f"Example: /ftcost {EXAMPLE}",),
    Table(("Type", "Meaning"), ("left", "left"), (*COMMANDS, *map(_key_row, KEYS.values()))),
    ("Any number can be a range, 3..5 or 3..4..5, and can use k, M, B, commas and %.",),
)


def models(catalog: Catalog, text: str, today: date) -> TextPage:
    """The offers that match `text`, with status; those one can still train where nothing is asked for."""
    found = catalog.search(text) if text.strip() else catalog.trainable(today)
    rented = _rented(catalog, text)
    if not (found or rented):
        near = catalog.near(text)
        hint = f" Nearest: {', '.join(near)}." if near else " `models` lists all."
        raise UserError(f"No offer matches “{text[:60]}”.{hint}")
    every: list[tuple[str, ...]] = [
        (offer.id, offer.status_on(today), *_shown(_training_price(offer, today), today), _until(offer))
        for offer in found
    ]
    every += [(offer.id, "by the hour", *_shown(offer.price_on(today), today), "") for offer in rented]
    rows = tuple(every[:MAX_MODELS])
    more = len(every) - MAX_MODELS
    return TextPage(
        f"Offers matching “{text.strip()[:60]}”" if text.strip() else "Offers one can train",
        (),
        Table(("Offer", "Status", "Training, USD", "Read", "Ends"), ("left", "left", "right", "left", "left"), rows),
        (
            *((OLD_MEANS,) if any(OLD in row[3] for row in rows) else ()),
            *((f"{more} more: say what you look for, such as models llama.",) if more > 0 else ()),
            *(() if text.strip() else ("GPUs by the hour: models gpu.",)),
        ),
    )


def _rented(catalog: Catalog, text: str) -> list[GpuOffer]:
    """GPU-hour offers in whose names every word stands; all of them for `gpu`."""
    words = text.lower().replace("_", "-").split()
    return [
        offer
        for offer in catalog.gpus.offers.values()
        if words
        and all(word in f"gpu {offer.id} {offer.platform_title} {offer.title} {offer.gpu}".lower() for word in words)
    ]


def _training_price(offer: Offer, today: date) -> Price | None:
    method = offer.methods[0] if offer.methods else None
    rows = [price for price in offer.history("training", method) if price.since is None or price.since <= today]
    return rows[-1] if rows else None


def _shown(price: Price | None, today: date) -> tuple[str, str]:
    """A price, and how old it is."""
    if price is None:
        return "–", ""
    text = f"{unit_price(price.usd)} / {price.per}" if price.usd is not None else "unknown"
    return text, (age if price.yours else age_marked)(price.source.checked_on, today)


def _until(offer: Offer) -> str:
    life = offer.lifecycle
    return str(life.inference_ends or life.training_ends or "") if life else ""


def price(catalog: Catalog, name: str, today: date) -> TextPage:
    """Every recorded price of one offer with its source. Raises UserError for a name nobody knows."""
    if not name.strip():
        raise UserError("Say which offer, such as `price openai/gpt-4.1-mini`. `models` lists them.")
    rented = catalog.gpus.named(name)
    try:
        hosted = catalog.named(name.strip()) if catalog.knows(name.strip()) or not rented else ()
    except UnknownName as error:
        raise UserError(str(error)) from None
    ids = [*(offer.id for offer in hosted), *(offer.id for offer in rented)]
    if len(ids) > 1:
        raise UserError(f"“{name[:60]}” is several offers: {', '.join(ids[:12])}. Name one.")
    return _card(hosted[0], today) if hosted else _gpu_card(rented[0], catalog, today)


def _card(offer: Offer, today: date) -> TextPage:
    life = offer.lifecycle
    dates = (
        f"{label} {day}"
        for label, day in (
            ("new customers until", life.new_customers_until if life else None),
            ("training until", life.training_ends if life else None),
            ("answers until", life.inference_ends if life else None),
        )
        if day
    )
    sentences = [
        f"{offer.id}, model {offer.model}",
        " · ".join([f"Status: {offer.status_on(today)}", *dates]),
        _sentence(offer.why),
        _sentence(life.note) if life else "",
        f"Nearest offer that is sold: {offer.nearest}" if offer.nearest else "",
        f"Billed: {offer.training.billed}" if offer.training else "",
    ]
    prices = [(kind, one) for kind, rows in offer.prices.items() for one in rows]
    sources = dict.fromkeys([one.source for _, one in prices] + ([life.source] if life else []))
    notes = [f"{_label(kind, one)}: {text}" for kind, one in prices for text in (one.note, one.conflict) if text]
    table = _price_table(prices, today) if prices else None
    marked = table is not None and any(OLD in row[-1] for row in table.rows)
    return TextPage(
        f"{offer.title} ({offer.platform_title})",
        tuple(filter(None, sentences)),
        table,
        (
            *((OLD_MEANS,) if marked else ()),
            *(f"{source.title} ({source.checked}): {source.url or 'no address'}" for source in sources),
            *dict.fromkeys(notes),
        ),
    )


def _gpu_card(offer: GpuOffer, catalog: Catalog, today: date) -> TextPage:
    gpu = catalog.gpus.facts.gpus[offer.gpu]
    together = "several nodes may be joined" if offer.nodes else "nodes are not joined"
    node = f"{offer.gpus_per_node} in a node{', rented whole' if offer.whole_nodes else ''}; {together}"
    billed = f"Billed by the {offer.billed_per}." if offer.billed_per else "In which steps time is billed is not known."
    notes = [f"{price.source.title} ({price.source.checked}): {price.source.url}" for price in offer.prices]
    prices = [("GPU-hour", price) for price in offer.prices]
    return TextPage(
        f"{offer.title} ({offer.platform_title})",
        (
            f"{offer.id}, {gpu.title}, {gpu.memory_gb:g} GB, {gpu.bf16_tflops:g} TFLOP/s, {gpu.memory_gb_s:,.0f} GB/s",
            f"{node}. {billed}",
            "Priced with a model: on=gpu model=llama-3.1-8b.",
        ),
        _price_table(prices, today),
        (*dict.fromkeys(notes), *(price.note for price in offer.prices if price.note)),
    )


def _sentence(text: str | None) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""


def _price_table(prices: Sequence[tuple[str, Price]], today: date) -> Table:
    rows = tuple(
        (
            _label(kind, one) + (f", from {one.since}" if one.since and one.since > today else ""),
            _usd(one),
            one.per,
            "your price" if one.yours else one.confidence,
            (age if one.yours else age_marked)(one.source.checked_on, today),
        )
        for kind, one in prices
    )
    return Table(("Price", "USD", "per", "Confidence", "Read"), ("left", "right", "left", "left", "left"), rows)


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

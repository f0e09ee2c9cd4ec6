"""The pages of `models` and `price`, for Slack and the terminal, and the row of a key. They need only the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.render.parts.ages import OLD, OLD_MEANS, age, age_marked
from bot.render.parts.money import unit_price
from bot.render.parts.page import TextPage
from bot.render.parts.short import short_day, spoken_days
from bot.render.parts.tables import Table
from bot.render.sentences.sources import read_day, source_title
from calculator import Key, Section, UserError, in_section
from pricing import Catalog, GpuOffer, Offer, Price, PriceKind, UnknownName

EXAMPLE = " ".join(f"{key.name}={key.example}" for key in in_section("main"))
MAX_MODELS = 40
SECTION_TITLES: Mapping[Section, str] = {
    "main": "keys for training and calls",
    "options": "further keys",
    "gpus": "keys for rented GPUs",
    "setup": "keys for the training setup on rented GPUs",
    "file": "keys for a training file",
}
"""The sections of the keys, in the order of help and reference."""

COMMANDS = (
    ("/ftcost", "open the form"),
    ("/ftcost key=value …", "estimate from one line"),
    ("@ftcost key=value …", "change the estimate of the thread"),
    ("a file in a thread or to the bot", "count a training file and price it; the form takes a file too"),
    ("/ftcost breakeven key=value …", "show when fine-tuning pays back, compared with base="),
    ("/ftcost models [text]", "list the offers"),
    ("/ftcost price OFFER", "list all prices of an offer, with their sources"),
    (
        "/ftcost fit MODEL METHOD GPU",
        "check whether training fits into GPU memory; also takes seq=, gpus=, stack=, rank=",
    ),
    ("/ftcost list", "list your estimates"),
    ("/ftcost show ID", "show an estimate"),
    ("/ftcost diff ID ID", "compare two estimates, with the causes of the difference"),
    ("/ftcost compare ID ID …", "show two to six estimates side by side; @ftcost compare shows those of its thread"),
    (
        "/ftcost watch ID over 5%",
        "post an alert in the estimate's thread when its cost changes by more than 5% (or: over $50); "
        "without ID: list your watches",
    ),
    ("/ftcost unwatch ID", "stop watching an estimate"),
    ("/ftcost forget me", "delete your estimates and watches"),
    ("/ftcost budget", "show the budget of this channel's estimates, and its approvers"),
    ("/ftcost audit", "list the changes of the workspace's defaults, budgets and keys; for admins"),
    (
        "/ftcost actual ID 131.20 inference 2026-11",
        "record a paid amount; actual ID compares the estimate with what was paid",
    ),
    (
        "/ftcost actual ID pull openai 2026-11",
        "read the paid amounts from the platform: openai, azure, aws or together",
    ),
    ("@ftcost actual", "record the amounts of a bill, attached as CSV in the estimate's thread"),
    ("/ftcost keys", "enter the platforms' API keys; for admins"),
)


def key_row(key: Key) -> tuple[str, str]:
    """Return a key's example and meaning."""
    example = f'"{key.example}"' if " " in key.example else key.example
    choices = f"One of {', '.join(value for value, _ in key.choices)}." if key.choices else ""
    details = " ".join(filter(None, (choices, key.help)))
    return f"{key.name}={example}", f"{key.label}. {details}" if details else key.label


def models(catalog: Catalog, text: str, today: date) -> TextPage:
    """Return the page of the offers that match a text; of all trainable offers if it is empty.

    Args:
        catalog: The catalogue.
        text: Words in the names of the offers; `gpu` matches all GPU-hour offers.
        today: The date of prices and statuses.

    Raises:
        UserError: No offer matches.
    """
    hosted = catalog.search(text) if text.strip() else catalog.trainable(today)
    rented = _rented(catalog, text)
    if not (hosted or rented):
        try:
            catalog.named(text)
        except UnknownName as error:
            raise UserError(catalog.refusal(error, today)) from None
    all_rows: list[tuple[str, ...]] = [
        (offer.id, offer.status_on(today), *_price_cells(offer.training_price_on(today), today), _until(offer, today))
        for offer in hosted
    ]
    all_rows += [(offer.id, "by the hour", *_price_cells(offer.price_on(today), today), "") for offer in rented]
    rows = tuple(all_rows[:MAX_MODELS])
    more = len(all_rows) - MAX_MODELS
    return TextPage(
        f"Offers matching “{text.strip()[:60]}”" if text.strip() else "Offers you can train",
        () if rented else _why_not(catalog, text, hosted, today),
        Table(("Offer", "Status", "Training, USD", "Read", "Ends"), ("left", "left", "right", "left", "left"), rows),
        (
            *((OLD_MEANS,) if any(OLD in row[3] for row in rows) else ()),
            *((f"{more} more: add a word to narrow the list, such as `models llama`.",) if more > 0 else ()),
            *(() if text.strip() else ("Rented GPUs: models gpu.",)),
        ),
    )


def _why_not(catalog: Catalog, text: str, offers: Sequence[Offer], today: date) -> tuple[str, ...]:
    """Return why none of the offers can be trained, and what can be instead; nothing if one can."""
    if any(offer.status_on(today) in ("open", "closing") for offer in offers):
        return ()
    entry = catalog.not_sold_entry(text)
    reasons = [entry.fact] if entry else [_sentence(offer.why, today) for offer in offers]
    nearest = entry.nearest if entry else [offer.nearest for offer in offers if offer.nearest]
    instead = [catalog.nearest_sold(dict.fromkeys(nearest), today)] if nearest else []
    return tuple(dict.fromkeys(filter(None, (*reasons, *instead))))


def _rented(catalog: Catalog, text: str) -> list[GpuOffer]:
    """Return the GPU-hour offers whose names contain every word; all of them for `gpu`."""
    words = text.lower().replace("_", "-").split()
    return [
        offer
        for offer in catalog.gpus.offers.values()
        if words
        and all(word in f"gpu {offer.id} {offer.platform_title} {offer.title} {offer.gpu}".lower() for word in words)
    ]


def _price_cells(price: Price | None, today: date) -> tuple[str, str]:
    """Return a price and its age."""
    if price is None:
        return "–", ""
    text = f"{unit_price(price.usd)} / {price.per}" if price.usd is not None else "unknown"
    return text, (age if price.yours else age_marked)(price.source, today)


def _until(offer: Offer, today: date) -> str:
    life = offer.lifecycle
    end = (life.inference_ends or life.training_ends) if life else None
    return short_day(end, today) if end else ""


def price(catalog: Catalog, name: str, today: date) -> TextPage:
    """Return the page of all recorded prices of an offer, with their sources; of several offers, today's prices.

    Args:
        catalog: The catalogue.
        name: The offer's id, or any name of it.
        today: The date from which ages are counted.

    Raises:
        UserError: The name is empty or unknown.
    """
    if not name.strip():
        raise UserError("Name an offer, such as `price openai/gpt-4.1-mini`. `models` lists them.")
    rented = catalog.gpus.named(name)
    try:
        hosted = catalog.named(name.strip()) if catalog.knows(name.strip()) or not rented else ()
    except UnknownName as error:
        raise UserError(catalog.refusal(error, today)) from None
    if len(hosted) + len(rented) > 1:
        return _several(hosted, rented, name.strip(), today)
    return _card(hosted[0], catalog, today) if hosted else _gpu_card(rented[0], catalog, today)


def _several(hosted: Sequence[Offer], rented: Sequence[GpuOffer], name: str, today: date) -> TextPage:
    """Return the page of the offers that share a name, those that can be trained at the top."""
    order = ("open", "closing", "closed", "not offered")
    offers = sorted(hosted, key=lambda offer: order.index(offer.status_on(today)))
    all_rows: list[tuple[str, ...]] = [
        (
            offer.id,
            offer.status_on(today),
            *_price_cells(offer.training_price_on(today), today),
            _usd_today(offer, "input", today),
            _usd_today(offer, "output", today),
        )
        for offer in offers
    ]
    all_rows += [(offer.id, "by the hour", *_price_cells(offer.price_on(today), today), "", "") for offer in rented]
    rows = tuple(all_rows[:MAX_MODELS])
    more = len(all_rows) - MAX_MODELS
    return TextPage(
        f"{len(all_rows)} offers are called “{name[:60]}”",
        (),
        Table(
            ("Offer", "Status", "Training, USD", "Read", "Input", "Output"),
            ("left", "left", "right", "left", "right", "right"),
            rows,
        ),
        (
            "Input and output: USD per 1M tokens of the tuned model.",
            f"All prices and sources of one: price {rows[0][0]}.",
            *((OLD_MEANS,) if any(OLD in row[3] for row in rows) else ()),
            *((f"{more} more: add a word, such as the platform.",) if more > 0 else ()),
        ),
    )


def _usd_today(offer: Offer, kind: PriceKind, today: date) -> str:
    price = offer.price_on(kind, today)
    return _usd(price) if price and price.per == "1M tokens" else "–"


def _card(offer: Offer, catalog: Catalog, today: date) -> TextPage:
    life = offer.lifecycle
    dates = (
        f"{label} {short_day(day, today)}"
        for label, day in (
            ("new customers until", life.new_customers_until if life else None),
            ("training until", life.training_ends if life else None),
            ("callable until", life.inference_ends if life else None),
        )
        if day
    )
    sentences = [
        f"{offer.id}, model {offer.model}",
        " · ".join([f"Status: {offer.status_on(today)}", *dates]),
        _sentence(offer.why, today),
        _sentence(life.note, today) if life else "",
        f"Nearest available offer: {catalog.offers[offer.nearest].with_training_price(today)}" if offer.nearest else "",
        f"Billed: {offer.training.billed}" if offer.training else "",
    ]
    prices = [(kind, price) for kind, rows in offer.prices.items() for price in rows]
    sources = dict.fromkeys([price.source for _, price in prices] + ([life.source] if life else []))
    notes = [
        f"{_label(kind, price)}: {text}" for kind, price in prices for text in (price.note, price.conflict) if text
    ]
    table = _price_table(prices, today) if prices else None
    has_old_prices = table is not None and any(OLD in row[-1] for row in table.rows)
    return TextPage(
        f"{offer.title} ({offer.platform_title})",
        tuple(filter(None, sentences)),
        table,
        (
            *((OLD_MEANS,) if has_old_prices else ()),
            *(f"{source_title(source)} (read {read_day(source)}): {source.url or 'no address'}" for source in sources),
            *(spoken_days(note, today) for note in dict.fromkeys(notes)),
        ),
    )


def _gpu_card(offer: GpuOffer, catalog: Catalog, today: date) -> TextPage:
    gpu = catalog.gpus.facts.gpus[offer.gpu]
    joining = "several nodes can be joined" if offer.nodes else "nodes can't be joined"
    node = f"{offer.gpus_per_node} in a node{', rented whole' if offer.whole_nodes else ''}; {joining}"
    billed = f"Billed by the {offer.billed_per}." if offer.billed_per else "The billing increment isn't known."
    notes = [
        f"{source_title(price.source)} (read {read_day(price.source)}): {price.source.url}" for price in offer.prices
    ]
    prices = [("GPU-hour", price) for price in offer.prices]
    return TextPage(
        f"{offer.title} ({offer.platform_title})",
        (
            f"{offer.id}, {gpu.title}, {gpu.memory_gb:g} GB, {gpu.bf16_tflops:g} TFLOP/s, {gpu.memory_gb_s:,.0f} GB/s",
            f"{node}. {billed}",
            "To estimate with it, name a model: on=gpu model=llama-3.1-8b.",
        ),
        _price_table(prices, today),
        (*dict.fromkeys(notes), *(spoken_days(price.note, today) for price in offer.prices if price.note)),
    )


def _sentence(text: str | None, today: date) -> str:
    return spoken_days(f"{text[0].upper()}{text[1:].rstrip('.')}.", today) if text else ""


def _price_table(prices: Sequence[tuple[str, Price]], today: date) -> Table:
    rows = tuple(
        (
            _label(kind, price)
            + (f", from {short_day(price.since, today)}" if price.since and price.since > today else ""),
            _usd(price),
            price.per,
            "your price" if price.yours else price.confidence,
            (age if price.yours else age_marked)(price.source, today),
        )
        for kind, price in prices
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

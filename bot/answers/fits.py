"""`fit llama-3.1-8b lora h100 seq=2048`: whether a job fits, in words and rows. The same in Slack and in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from bot.language.command import read_fields
from bot.render.money import OLD, OLD_MEANS, age, age_marked, money
from bot.render.page import TextPage
from bot.render.tables import Table
from calculator import FieldErrors, UserError, read_scenario
from pricing import Catalog, Price

if TYPE_CHECKING:
    from calculator.gpu_rental.fit import FitReport

KEYS = ("model", "params", "method", "gpu", "gpus", "seq", "stack", "rank")
EXAMPLE = "fit llama-3.1-8b lora h100"
_LEARNT_FROM = {"examples": "10k", "example": "1"}  # what is learnt from moves the hours, and nothing here

LEARNING = (
    "A larger global batch makes fewer optimiser steps over the same tokens: hours and cost stay nearly as they are. "
    "A larger micro-batch fills the GPU better, up to what its memory holds.",
    "The learning rate changes neither memory nor hours; one that is wrong costs another run (runs=).",
)


def fit_page(catalog: Catalog, argument: str, today: date) -> TextPage:
    """What `fit` answers. Raises UserError."""
    from calculator.gpu_rental.fit import fit  # the GPU model, where it is asked for

    if not argument.strip():
        raise UserError(f"Say what is tuned, how and on what, such as `{EXAMPLE}`.")
    return _page(fit(read_scenario({**_LEARNT_FROM, **fit_fields(catalog, argument)}), catalog, today), catalog, today)


def fit_fields(catalog: Catalog, argument: str) -> dict[str, str]:
    """Bare words by what they name, a model, a method or a GPU, and key=value words beside them."""
    words = argument.split()
    named = [word for word in words if "=" not in word]
    fields = read_fields([word for word in words if "=" in word])
    if strange := [key for key in fields if key not in KEYS]:
        raise FieldErrors(dict.fromkeys(strange, f"fit asks for {', '.join(KEYS)} only."))
    for word in named:
        key = _key_of(catalog, word, fields)
        if key in fields:
            raise FieldErrors({key: f"“{fields[key][:40]}” and “{word[:40]}” are two; keep one."})
        fields[key] = word
    return fields


def _key_of(catalog: Catalog, word: str, fields: Mapping[str, str]) -> str:
    from calculator.gpu import find_gpu, find_model
    from calculator.gpu_rental.question import METHODS

    facts = catalog.gpus.facts
    if word.lower() in (*METHODS, "dpo", "dpo-full"):
        return "method"
    if find_model(word, facts.models):
        return "model"
    if word.lower() == "any" or find_gpu(word, facts.gpus):
        return "gpu"
    if word[:1].isdigit() and word[-1:].lower() in ("b", "m"):
        return "params"
    # The first word that nobody knows is a model, the second a GPU: each then gets the sentence of its field.
    return "gpu" if "model" in fields or "params" in fields else "model"


def _page(found: FitReport, catalog: Catalog, today: date) -> TextPage:
    shown, question = found.shown, found.question
    setup = shown.setup
    on = f"{setup.gpus} × {found.gpu.title}" if setup.gpus > 1 else found.gpu.title
    room = f"{abs(shown.margin_gib):.1f} GiB {'to spare' if shown.fits else 'too little'}"
    sentences = [
        f"{question.words}, on {on}: {'fits' if shown.fits else 'does not fit'}, "
        f"{shown.memory.required_gib:.1f} of {shown.usable_gib:.1f} GiB a GPU, {room}.",
        f"Software stack {setup.stack}, sequences of {setup.sequence_length:,} tokens, micro-batch {setup.micro_batch}"
        f" × {setup.grad_accumulation}, activations {'kept' if setup.checkpointing == 'none' else 'recomputed'}.",
    ]
    if shown.fits:
        peak, speed = shown.peak_gib, shown.tokens_per_second
        sentences += [
            f"Peak memory seen: {peak.likely:.0f} GiB, in 8 of 10 cases {peak.low:.0f} to {peak.high:.0f}.",
            f"{speed.likely:,.0f} tokens a second, in 8 of 10 cases {speed.low:,.0f} to {speed.high:,.0f}.",
        ]
    elif found.ways:
        sentences.append(f"It would fit with one of: {'; '.join(found.ways)}.")
    else:
        sentences.append("No single change would make it fit.")
    if found.fewest is None:
        sentences.append(f"It fits on no number of {found.gpu.title} that is tried.")
    else:
        sentences.append(f"Fewest: {found.fewest.setup.gpus} × {found.gpu.title}.")
    if found.cheapest:
        rented = "; ".join(
            f"{one.offer.title} ({one.offer.platform_title}) {money(one.usd_per_million_tokens)}"
            f"{_age(catalog.gpus.offers[one.offer.id].price_on(today), today)}"
            for one in found.cheapest
        )
        sentences.append(f"Cheapest, USD per 1M tokens of training: {rented}.")
        if OLD in rented:
            sentences.append(f"{OLD_MEANS}.")
    else:
        sentences.append("It fits on none of these that is rented by the hour.")
    rows = [(name, f"{gib:.2f}") for name, gib in found.parts]
    rows.append(("Needed", f"{shown.memory.required_gib:.2f}"))
    return TextPage(
        f"Does it fit? {question.model.name} on {on}",
        tuple(sentences),
        Table(("Memory of one GPU", "GiB"), ("left", "right"), tuple(rows)),
        LEARNING,
    )


def _age(price: Price | None, today: date) -> str:
    """How old the price of an hour is: ` (20 days old)`."""
    if price is None:
        return ""
    return f" ({(age if price.yours else age_marked)(price.source.checked_on, today)})"

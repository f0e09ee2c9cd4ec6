"""The page of `fit llama-3.1-8b lora h100 seq=2048`: whether a training job fits into a GPU's memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from bot.language.command import read_fields
from bot.render.ages import OLD, OLD_MEANS, age, age_marked
from bot.render.money import money
from bot.render.page import TextPage
from bot.render.tables import Table
from calculator import FieldErrors, UserError, in_section, read_scenario
from pricing import Catalog, NameSpan, Price, is_gpu_qualifier, name_spans, resolve_gpu, resolve_model

if TYPE_CHECKING:
    from calculator.gpu_rental import FitReport

KEYS = (
    *("model", "params", "method", "gpu", "gpus", "seq", "stack", "rank"),
    *(key.name for key in in_section("setup")),
)
VERDICTS = {"fits": "fits", "tight": "may not fit", "no": "doesn't fit"}
EXAMPLE = "fit llama-3.1-8b lora h100"
_EXAMPLES = {"examples": "10k", "example": "1"}  # the dataset affects the hours, which this page doesn't show

TRAINING_NOTES = (
    "A larger global batch makes fewer optimiser steps over the same tokens: hours and cost hardly change. "
    "A larger micro-batch fills the GPU better, up to what its memory holds.",
    "The learning rate doesn't affect memory or hours, but a wrong one costs another run (runs=).",
)


def fit_page(catalog: Catalog, argument: str, today: date) -> TextPage:
    """Return the page that answers `fit`.

    Args:
        catalog: The catalogue, with the facts about GPUs and models.
        argument: The words after `fit`.
        today: The date of GPU prices.

    Raises:
        UserError: The argument has a fault.
    """
    from calculator.gpu_rental import fit  # imports the GPU model

    if not argument.strip():
        raise UserError(f"Name a model, a method and a GPU, such as `{EXAMPLE}`.")
    return _page(fit(read_scenario({**_EXAMPLES, **fit_fields(catalog, argument)}), catalog, today), catalog, today)


def fit_fields(catalog: Catalog, argument: str) -> dict[str, str]:
    """Return the fields of an argument: words without a key are a model, a method or a GPU.

    Raises:
        FieldErrors: A key isn't one of `fit`, or occurs twice.
        UserError: A word is neither a model nor a method nor a GPU, and a model and a GPU are named.
    """
    words = argument.split()
    fields = read_fields([word for word in words if "=" in word])
    if unknown := [key for key in fields if key not in KEYS]:
        raise FieldErrors(dict.fromkeys(unknown, f"fit takes only {', '.join(KEYS)}."))
    for key, name in _named(catalog, [word for word in words if "=" not in word]):
        field = key or _missing_key(fields)
        if field is None:
            raise UserError(f"Unknown word “{name[:40]}”. Write a model, a method and a GPU, such as `{EXAMPLE}`.")
        if field in fields:
            raise FieldErrors({field: f"“{fields[field][:40]}” and “{name[:40]}”: keep one of them."})
        fields[field] = name
    return fields


def _named(catalog: Catalog, words: Sequence[str]) -> list[tuple[str | None, str]]:
    """Return the key and text of each name in the words; consecutive words that aren't known are one name."""
    facts = catalog.gpus.facts
    named: list[tuple[str | None, str]] = []
    for span in name_spans(words, (partial(resolve_model, facts=facts), partial(resolve_gpu, facts=facts)), _methods()):
        key = _key_of(span)
        previous = named[-1][0] if named else "none"
        if previous is None and key in (None, "gpus", "params"):
            named[-1] = None, f"{named[-1][1]} {span.text}"
        elif previous == "gpu" and key in (None, "gpus", "params") and is_gpu_qualifier(span.text):
            named[-1] = "gpu", f"{named[-1][1]} {span.text}"  # of this family the catalogue may not have it
        else:
            named.append((key, span.text))
    return named


def _methods() -> frozenset[str]:
    from calculator.gpu_rental import METHODS

    return frozenset((*METHODS, "dpo", "dpo-full"))


def _key_of(span: NameSpan) -> str | None:
    """Return the key of words that name a model, a size, a method or a GPU."""
    word = span.text.lower()
    if word in _methods():
        return "method"
    if span.resolution:
        return "model" if span.resolution.kind == "model" else "gpu"
    if word == "any":
        return "gpu"
    if word.isdigit():
        return "gpus"
    if word[:1].isdigit() and word[-1:] in ("b", "m"):
        return "params"
    return None


def _missing_key(fields: Mapping[str, str]) -> str | None:
    """Return the key whose error message an unknown word gets: that of the model, then that of the GPU."""
    if "model" not in fields and "params" not in fields:
        return "model"
    return None if "gpu" in fields else "gpu"


def _page(report: FitReport, catalog: Catalog, today: date) -> TextPage:
    setup_fit, question = report.prediction, report.question
    setup = setup_fit.setup
    on = f"{setup.gpus} × {report.gpu.title}" if setup.gpus > 1 else report.gpu.title
    margin = f"{abs(setup_fit.margin_gib):.1f} GiB {'to spare' if setup_fit.fits else 'too little'}"
    sentences = [
        f"{question.words}, on {on}: {VERDICTS[setup_fit.verdict]}. Computed need: "
        f"{setup_fit.memory.required_gib:.1f} of {setup_fit.usable_gib:.1f} GiB a GPU, {margin}.",
        f"Software stack {setup.stack}, sequences of {setup.sequence_length:,} tokens, micro-batch {setup.micro_batch}"
        f" × {setup.grad_accumulation}, activations {'stored' if setup.checkpointing == 'none' else 'recomputed'}, "
        f"loss {setup.loss}, attention {setup.kernel}; {question.decided}.",
    ]
    if setup.gpus > 1 and setup.sharding == "zero3" and report.copy_gib > setup_fit.usable_gib:
        sentences.append(
            f"The weights must be sharded over the GPUs (FSDP, ZeRO-3): with a copy on each, a GPU would need "
            f"{report.copy_gib:,.0f} GiB."
        )
    if setup_fit.fits:
        peak, speed = setup_fit.peak_gib, setup_fit.tokens_per_second
        sentences += [
            f"Expected peak of the process: {peak.likely:.0f} GiB (8 of 10 cases: {peak.low:.0f} to "
            f"{setup_fit.highest_gib:.0f}), of which {setup_fit.memory.tensors_gib:.0f} are tensors.",
            f"{speed.likely:,.0f} tokens a second (8 of 10 cases: {speed.low:,.0f} to {speed.high:,.0f}).",
        ]
    sentences += _changes(report)
    if report.fewest is None:
        sentences.append(f"It doesn't fit on any number of {report.gpu.title} that was tried.")
    else:
        fits = "fits" if report.fewest.verdict == "fits" else "may fit"
        fewer = f"; it may fit on {report.fewest_tight}" if report.fewest_tight else ""
        sentences.append(f"Fewest GPUs on which it {fits}: {report.fewest.setup.gpus} × {report.gpu.title}{fewer}.")
    if report.cheapest:
        rented = "; ".join(
            f"{price.offer.title} ({price.offer.platform_title}) {money(price.usd_per_million_tokens)}, "
            f"{money(price.low_usd)} to {money(price.high_usd)}"
            f"{_age(catalog.gpus.offers[price.offer.id].price_on(today), today)}"
            for price in report.cheapest
        )
        sentences.append(f"Cheapest, USD per 1M tokens of training, and in 8 of 10 cases: {rented}.")
        if OLD in rented:
            sentences.append(f"{OLD_MEANS}.")
    elif report.offered:
        sentences.append("No offer of these GPUs by the hour holds the job at a known price.")
    else:
        sentences.append(
            f"The catalogue has no offer of {report.gpu.title} by the hour. In an estimate, gpu_rate= adds yours."
        )
    rows = [(name, f"{gib:.2f}") for name, gib in report.parts]
    rows.append(("Computed need", f"{setup_fit.memory.required_gib:.2f}"))
    return TextPage(
        f"Does it fit? {question.model.name} on {on}",
        tuple(sentences),
        Table(("Memory of one GPU", "GiB"), ("left", "right"), tuple(rows)),
        TRAINING_NOTES,
    )


def _changes(report: FitReport) -> Iterator[str]:
    """Yield what would make the job fit, and what another software stack changes."""
    verdict = report.prediction.verdict
    if report.remedies:
        would = "would fit" if verdict == "no" else "would surely fit"
        yield f"It {would} with one of: {'; '.join(report.remedies)}."
    elif verdict == "no":
        yield "No single change would make it fit."
    verdicts = {stack: VERDICTS[prediction.verdict] for stack, prediction in report.stacks.items()}
    if len(set(verdicts.values())) > 1:
        needs = "; ".join(
            f"{stack}: {verdicts[stack]}, {prediction.memory.required_gib:.0f} of {prediction.usable_gib:.0f} GiB"
            for stack, prediction in report.stacks.items()
        )
        yield f"Software decides it. {needs[0].upper()}{needs[1:]}."


def _age(price: Price | None, today: date) -> str:
    """Return the age of a GPU-hour price, such as ` (20 days old)`."""
    if price is None:
        return ""
    return f" ({(age if price.yours else age_marked)(price.source, today)})"

"""The page of `fit llama-3.1-8b lora h100 seq=2048`: whether a training job fits into a GPU's memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from bot.language.command import read_fields
from bot.render.parts.ages import OLD, OLD_MEANS, age, age_marked
from bot.render.parts.page import TextPage
from bot.render.parts.short import duration, hours_text, short_count, short_price
from bot.render.parts.tables import Table
from calculator import YOUR_GPUS, FieldErrors, UserError, in_section, read_scenario
from pricing import Catalog, NameSpan, Price, is_gpu_qualifier, name_spans, resolve_gpu, resolve_model

if TYPE_CHECKING:
    from calculator.gpu import Prediction
    from calculator.gpu_rental import FitReport, TrainingRun

KEYS = (
    *("model", "params", "method", "gpu", "gpus", "gpu_rate", "examples", "example", "epochs", "seq", "stack", "rank"),
    *(key.name for key in in_section("setup")),
)
VERDICTS = {"fits": "fits", "tight": "may not fit", "no": "doesn't fit"}
ANSWERS = {"fits": "Yes", "tight": "Maybe", "no": "No"}
EXAMPLE = "fit llama-3.1-8b lora h100"
_EXAMPLES = {"examples": "10k", "example": "1k", "epochs": "1"}
"""10M training tokens, for a question that gives no examples."""

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
    fields = fit_fields(catalog, argument)
    is_assumed = not fields.keys() & {"examples", "example"}
    report = fit(read_scenario({**(_EXAMPLES if is_assumed else {}), **fields}), catalog, today)
    return _page(report, today, is_assumed=is_assumed)


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


def _page(report: FitReport, today: date, *, is_assumed: bool) -> TextPage:
    rows = [(name, f"{gib:.2f}") for name, gib in report.parts]
    rows.append(("Computed need", f"{report.prediction.memory.required_gib:.2f}"))
    sentences = [*_setup(report), *_changes(report), *_fewest(report), *_prices(report, today)]
    if is_assumed and report.run:
        sentences.append("examples=, example= and epochs= give the hours of your data.")
    return TextPage(
        _answer(report),
        tuple(sentences),
        Table(("Memory of one GPU", "GiB"), ("left", "right"), tuple(rows)),
        TRAINING_NOTES,
    )


def _answer(report: FitReport) -> str:
    """Return whether the job fits, the hours and the cost, or the one change that makes it fit."""
    prediction = report.prediction
    verdict, gpus = prediction.verdict, _gpus(report, prediction)
    text = f"{ANSWERS[verdict]}, {report.question.subject} {VERDICTS[verdict]} {gpus}"
    if report.question.gpu is None and report.cheapest:
        text += ", the cheapest of the GPUs rented by the hour"
    if verdict == "no":
        need, usable = prediction.memory.required_gib, prediction.usable_gib
        text += f": it needs {need:,.0f} of {usable:,.0f} GiB a GPU"
        if report.remedies:
            text += f". It would fit with {report.remedies[0]}"
    if report.run is None:
        return f"{text}."
    where = f" on {_gpus(report, report.run.prediction)}" if verdict == "no" else ""
    run = f"A run of {short_count(report.run.tokens)} training tokens{where}"
    return f"{text}. {run} takes {_hours(report.run)}{_cost(report)}."


def _gpus(report: FitReport, prediction: Prediction) -> str:
    count = prediction.setup.gpus
    return f"{count} × {report.gpu.title}" if count > 1 else report.gpu.title


def _hours(run: TrainingRun) -> str:
    """Return `2.4 hours (1.6 to 3.6 in 8 of 10 cases)`."""
    low, high = (duration(end, of=run.hours.likely) for end in (run.hours.low, run.hours.high))
    return f"{hours_text(run.hours.likely)} ({low} to {high} in 8 of 10 cases)"


def _cost(report: FitReport) -> str:
    if not report.cheapest:
        return ""
    price = report.cheapest[0]
    rate = "your" if price.offer.id == YOUR_GPUS else "the cheapest recorded"
    return (
        f" and costs {short_price(price.usd)} ({short_price(price.low_usd)} to {short_price(price.high_usd)}) "
        f"at {rate} {short_price(price.usd_per_gpu_hour)} a GPU-hour"
    )


def _setup(report: FitReport) -> Iterator[str]:
    """Yield the setup, its memory and its speed."""
    prediction, setup = report.prediction, report.prediction.setup
    yield (
        f"Computed for {report.question.words}: software stack {setup.stack}, sequences of {setup.sequence_length:,} "
        f"tokens, micro-batch {setup.micro_batch} × {setup.grad_accumulation}, activations "
        f"{'stored' if setup.checkpointing == 'none' else 'recomputed'}, loss {setup.loss}, attention {setup.kernel}; "
        f"{report.question.decided}."
    )
    if setup.gpus > 1 and setup.sharding == "zero3" and report.copy_gib > prediction.usable_gib:
        yield (
            f"The weights must be sharded over the GPUs (FSDP, ZeRO-3): with a copy on each, a GPU would need "
            f"{report.copy_gib:,.0f} GiB."
        )
    if prediction.fits:
        peak, speed = prediction.peak_gib, prediction.tokens_per_second
        end = "does" if prediction.verdict == "fits" else "doesn't"
        yield (
            f"Expected peak of the process: {peak.likely:.0f} of {prediction.usable_gib:.0f} GiB a GPU (8 of 10 cases: "
            f"{peak.low:.0f} to {prediction.highest_gib:.0f}); {VERDICTS[prediction.verdict]}, because the upper end "
            f"{end}."
        )
        yield f"{speed.likely:,.0f} tokens a second (8 of 10 cases: {speed.low:,.0f} to {speed.high:,.0f})."


def _fewest(report: FitReport) -> Iterator[str]:
    """Yield the smallest GPU, and the fewest GPUs, that hold the job."""
    least = report.fewest
    if report.smallest:
        yield f"The smallest GPU that surely holds it alone: {report.smallest.title}."
    if least is None:
        yield f"It doesn't fit on any number of {report.gpu.title} that was tried."
    elif least.setup.gpus == report.prediction.setup.gpus and not report.fewest_tight:
        return
    elif least.verdict == "tight":
        yield f"It may fit from {_gpus(report, least)} on."
    else:
        fewer = f"; {report.fewest_tight} may do" if report.fewest_tight else ""
        yield f"The fewest on which it surely fits: {_gpus(report, least)}{fewer}."


def _prices(report: FitReport, today: date) -> Iterator[str]:
    """Yield the cheapest offers of the GPUs of a run, or that there are none."""
    offers = [price for price in report.cheapest if price.offer.id != YOUR_GPUS]
    if offers:
        rented = "; ".join(
            f"{price.offer.title} ({price.offer.platform_title}) {short_price(price.usd)} "
            f"({short_price(price.usd_per_gpu_hour)} a GPU-hour)"
            f"{_age(price.offer.rented_from.price_on(today), today)}"
            for price in offers
        )
        yield f"Cheapest offers of the run: {rented}."
        if OLD in rented:
            yield f"{OLD_MEANS}."
    elif report.cheapest or report.run is None:
        return
    elif report.offered:
        yield "No offer of these GPUs by the hour holds the job at a known price. gpu_rate= adds yours."
    else:
        yield f"The catalogue has no offer of {report.gpu.title} by the hour. gpu_rate= adds yours."


def _changes(report: FitReport) -> Iterator[str]:
    """Yield what else would make the job fit, and what another software stack changes."""
    verdict = report.prediction.verdict
    if verdict == "tight" and report.remedies:
        yield f"It would surely fit with {' or with '.join(report.remedies)}."
    elif report.remedies[1:]:
        yield f"It would also fit with {' or with '.join(report.remedies[1:])}."
    elif verdict == "no" and not report.remedies:
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

"""A comparison as data for machines: the JSON interface and the CSV export. Money as decimal strings, null for
unknown.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

from bot.render.money import money, money_span
from bot.render.sentences import headline, question
from bot.render.tables import offer_name
from bot.render.verdict import judgement
from calculator import BaseEstimate, BreakEven, Comparison, Crossover, Estimate, Figure, LineItem, training_range
from pricing import Offer

CSV_COLUMNS = (
    "offer", "platform", "model", "status", "complete",
    "component", "label", "quantity", "unit", "unit_price_usd", "amount_usd", "formula",
    "source_title", "source_url", "source_checked", "source_confidence", "as_of", "catalog_version",
)  # fmt: skip
ENDS = ("new_customers_until", "training_ends", "inference_ends")
# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The interface of `ftcost --format json`."""
    return {
        "as_of": comparison.as_of.isoformat(),
        "catalog_version": comparison.catalog_version,
        "scenario": comparison.scenario.fields(),
        "headline": headline(comparison),
        "question": question(comparison),
        "estimates": [_estimate(comparison, estimate) for estimate in comparison.estimates],
        "base": _base(comparison.base) if comparison.base else None,
        "own_gpus": _crossover(comparison.crossover) if comparison.crossover else None,
        "drivers": _drivers(comparison, comparison.best) if comparison.best else None,
    }


def _estimate(comparison: Comparison, estimate: Estimate) -> dict[str, Any]:
    made: dict[str, Any] = {
        "offer": estimate.offer.id,
        "title": offer_name(estimate),
        "platform": estimate.offer.platform,
        "model": estimate.offer.model,
        "status": estimate.status,
        "standing": estimate.standing.name.lower(),
        "complete": estimate.complete,
        "one_off_usd": text(estimate.one_off_usd),
        "first_month_usd": text(estimate.first_month_usd),
        "monthly_usd": text(estimate.monthly_usd),
        "total_usd": text(estimate.total_usd),
        "months": text(estimate.months),
        "epochs": text(estimate.epochs),
        **ends_of(estimate.offer),
        "lines": [_line(line) for line in estimate.lines],
        "warnings": [
            {"code": warning.code, "text": warning.text, "usd": text(warning.usd)} for warning in estimate.warnings
        ],
        "assumptions": list(estimate.assumptions),
        "training_range_usd": _ends(training_range(comparison.plan, estimate)),
        "moves": [{"what": move.what, "usd": text(move.usd)} for move in estimate.moves]
        if estimate is comparison.best
        else [],
        "break_even": _break_even(estimate.break_even) if estimate.break_even else None,
        "verdict": judgement(comparison, estimate),
    }
    if comparison.scenario.ranged:
        spans = {name: span for name in get_args(Figure) if (span := comparison.span(estimate, name))}
        made["low"] = {f"{name}_usd": text(span.low) for name, span in spans.items()}
        made["high"] = {f"{name}_usd": text(span.high) for name, span in spans.items()}
        made["range"] = _range(comparison, estimate)
    return made


def _ends(ends: tuple[Decimal, Decimal] | None) -> dict[str, str | None] | None:
    return {"low": text(ends[0]), "high": text(ends[1])} if ends else None


def ends_of(offer: Offer) -> dict[str, str | None]:
    """The days on which an offer ends, in one way or another; None where none is announced."""
    days = {key: getattr(offer.lifecycle, key, None) for key in ENDS}
    return {key: day.isoformat() if day else None for key, day in days.items()}


def _range(comparison: Comparison, estimate: Estimate) -> dict[str, str | None] | None:
    """Percentiles of the total, and the share of cases in which tuning pays back within what is priced."""
    ranges = comparison.ranges
    found = ranges.percentiles(estimate.offer.id, "total") if ranges else None
    if ranges is None or found is None:
        return None
    share = ranges.pays_back_share(estimate.offer.id)
    return {
        "p10_usd": text(found.p10),
        "p50_usd": text(found.p50),
        "p90_usd": text(found.p90),
        "pays_back_share": text(share),
    }


def _drivers(comparison: Comparison, estimate: Estimate) -> dict[str, Any]:
    """What moves the total of an offer: its ranged inputs, or every uncertain one by the assumed share."""
    return {
        "offer": estimate.offer.id,
        "assumed_spread": None if comparison.scenario.ranged else text(comparison.spread),
        "inputs": [
            {
                "input": driver.name,
                "low": text(driver.amount.low),
                "high": text(driver.amount.high),
                "total_at_low_usd": text(driver.at_low_usd),
                "total_at_high_usd": text(driver.at_high_usd),
            }
            for driver in comparison.drivers(estimate)
        ],
    }


def figure_text(estimate: Mapping[str, Any], key: str) -> str:
    """A figure of an estimate that `to_json` made, such as `total_usd`, as the span it was quoted as."""
    usd, whole = estimate[key], estimate["complete"]
    if "low" in estimate and estimate["low"][key] is not None:
        return money_span(Decimal(estimate["low"][key]), Decimal(estimate["high"][key]), whole=whole)
    return money(None if usd is None else Decimal(usd), whole=whole)


def _break_even(found: BreakEven) -> dict[str, Any]:
    return {
        "calls": found.calls,
        "date": found.day.isoformat() if found.day else None,
        "months": text(found.months),
        "saving_per_call_usd": text(found.saving_per_call_usd),
        "monthly_saving_usd": text(found.monthly_saving_usd),
        "covering_calls_per_month": found.covering_calls_per_month,
        "reason": found.reason,
        "net_usd": text(found.net_usd),
    }


def _crossover(found: Crossover) -> dict[str, Any]:
    return {
        "offer": found.gpus.offer.id,
        "against": found.per_token.offer.id,
        "calls_per_month": found.calls_per_month,
    }


def _base(base: BaseEstimate) -> dict[str, Any]:
    return {
        "model": base.model,
        "provider": base.provider,
        "complete": base.complete,
        "monthly_usd": text(base.monthly_usd),
        "total_usd": text(base.total_usd),
        "lines": [_line(line) for line in base.lines],
    }


def _line(line: LineItem) -> dict[str, Any]:
    return {
        "component": line.component,
        "label": line.label,
        "recurrence": line.recurrence,
        "quantity": text(line.quantity),
        "unit": line.unit,
        "unit_price_usd": text(line.unit_price_usd),
        "amount_usd": text(line.amount_usd),
        "monthly_usd": text(line.monthly_usd),
        "formula": line.formula,
        "source": None
        if line.source is None
        else {
            "title": line.source.title,
            "url": line.source.url,
            "checked": line.source.checked,
            "confidence": "yours" if line.price and line.price.yours else line.price and line.price.confidence,
        },
    }


def text(value: Decimal | None) -> str | None:
    """Full precision, never in exponents."""
    if value is None:
        return None
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def to_csv(result: Mapping[str, Any], *, link: str | None = None) -> str:
    """What `to_json` made, one row a line item, the scenario's keys as the last columns; RFC 4180, safe to open in a
    spreadsheet. A `permalink` to its thread stands before them where there is one.
    """
    scenario: dict[str, str] = result["scenario"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    about = {"permalink": link} if link else {}
    writer.writerow([*CSV_COLUMNS, *about, *scenario])
    for estimate in result["estimates"]:
        head = [estimate[key] for key in ("offer", "platform", "model", "status")] + [
            "yes" if estimate["complete"] else "no"
        ]
        for line in estimate["lines"] or [{}]:
            source = line.get("source") or {}
            cells = [line.get(key) for key in CSV_COLUMNS[5:12]] + [
                source.get(key) for key in ("title", "url", "checked", "confidence")
            ]
            origin = [result["as_of"], result["catalog_version"], *about.values()]
            writer.writerow(map(safe_cell, [*head, *cells, *origin, *scenario.values()]))
    return out.getvalue()


def to_yaml(result: Mapping[str, Any], *, link: str | None = None) -> str:
    """The question of what `to_json` made, as `ftcost -f` reads it; what it cost on which day in comments."""
    import yaml

    about = (
        result["headline"],
        f"Prices as of {result['as_of']}, catalogue {result['catalog_version']}.",
        f"Again: ftcost -f THIS_FILE --as-of {result['as_of']}",
        link or "",
    )
    comments = "".join(f"# {' '.join(line.split())}\n" for line in about if line)
    scenario: str = yaml.safe_dump(result["scenario"], allow_unicode=True, sort_keys=False, width=10_000)
    return comments + scenario


def safe_cell(cell: str | None) -> str:
    """A cell that a spreadsheet takes for text (or for the plain number that it is)."""
    if cell is None:
        return ""
    if not cell.startswith(_FORMULA_START) or _is_number(cell):
        return cell
    return "'" + cell


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdigit() and cell.isascii()

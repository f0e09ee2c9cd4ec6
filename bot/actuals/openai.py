"""Costs by line item, usage of tuned models and trained tokens of jobs, from OpenAI's API.

Costs and usage require an admin key, jobs a key of their project.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.actuals.aggregate import aggregate_bill
from bot.actuals.bill import BillLine, billed_day
from bot.actuals.billing_http import MAX_PAGES, BillingHttp, amount
from bot.actuals.query import BillQuery, Key, epoch
from calculator import Actual, Usage

ZERO = Decimal(0)
DAYS_PER_PAGE, JOBS_PER_PAGE = 31, 100


async def pull(http: BillingHttp, key: Key, query: BillQuery) -> list[Actual]:
    """Return the amounts of the month by part. Raises PullError."""
    lines = [line async for line in _costs(http, key["admin_key"], query)]
    actuals = aggregate_bill(lines, query.rules, query.scope).actuals
    calls = await _calls(http, key["admin_key"], query)
    trained = await _trained(http, key["project_key"], query) if key.get("project_key") else Usage()
    usage = {"inference": calls, "training": trained}
    return [actual._replace(usage=usage.get(actual.part, actual.usage), through=query.end) for actual in actuals]


async def _costs(http: BillingHttp, key: str, query: BillQuery) -> AsyncIterator[BillLine]:
    async for day, result in _results(http, key, query, "costs", "line_item"):
        raw = result.get("amount")
        cost: dict[str, Any] = raw if isinstance(raw, dict) else {}
        usd = amount(cost.get("value"))
        if usd is None or str(cost.get("currency", "")).lower() != "usd":
            raise http.unknown_shape()
        yield BillLine(day, str(result.get("line_item") or ""), usd)


async def _calls(http: BillingHttp, key: str, query: BillQuery) -> Usage:
    """Return calls and tokens of the model's fine-tuned versions, named `ft:MODEL:…`."""
    counts = dict.fromkeys(("num_model_requests", "input_tokens", "input_cached_tokens", "output_tokens"), ZERO)
    async for _, result in _results(http, key, query, "usage/completions", "model"):
        if str(result.get("model") or "").startswith(f"ft:{query.scope.model}:"):
            for name in counts:
                count = amount(result.get(name, 0))
                if count is None or count < 0:
                    raise http.unknown_shape()
                counts[name] += count
    return Usage(*counts.values()) if counts["num_model_requests"] else Usage()


async def _results(
    http: BillingHttp, key: str, query: BillQuery, resource: str, group_by: str
) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
    """Yield the day and the result of every bucket, over all pages."""
    url = f"{http.addresses.openai}/v1/organization/{resource}"
    parameters = {
        "start_time": str(epoch(query.start)),
        "end_time": str(epoch(query.end)),
        "bucket_width": "1d",
        "group_by": group_by,
        "limit": str(DAYS_PER_PAGE),
    }
    for _ in range(MAX_PAGES):
        page = await http.get(url, parameters, {"Authorization": f"Bearer {key}"})
        try:
            for bucket in page["data"]:
                day = billed_day(datetime.fromtimestamp(_seconds(bucket["start_time"]), UTC).date())
                for result in bucket["results"]:
                    yield day, dict(result)
            if not page.get("has_more"):
                return
            parameters["page"] = str(page["next_page"])
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            raise http.unknown_shape() from None
    raise http.unknown_shape()


async def _trained(http: BillingHttp, key: str, query: BillQuery) -> Usage:
    """Return the number, tokens and common epochs of the model's jobs that ended in the month."""
    url, parameters = f"{http.addresses.openai}/v1/fine_tuning/jobs", {"limit": str(JOBS_PER_PAGE)}
    tokens, jobs, epochs = ZERO, 0, set[object]()
    for _ in range(MAX_PAGES):
        page = await http.get(url, parameters, {"Authorization": f"Bearer {key}"})
        try:
            for job in page["data"]:
                if _is_billed(job, query):
                    jobs += 1
                    tokens += amount(job["trained_tokens"]) or ZERO
                    epochs.add(_epochs(job))
            if not page.get("has_more") or not page["data"]:
                break
            parameters["after"] = str(page["data"][-1]["id"])
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            raise http.unknown_shape() from None
    common_epochs = epochs.pop() if len(epochs) == 1 else None
    return Usage(
        trained_tokens=tokens or None,
        epochs=Decimal(common_epochs) if isinstance(common_epochs, int) and 1 <= common_epochs <= 100 else None,
        jobs=Decimal(jobs) if jobs else None,
    )


def _is_billed(job: dict[str, Any], query: BillQuery) -> bool:
    """Return whether a job trained the model and ended in the month."""
    ended = job.get("finished_at")
    return (
        job["model"] == query.scope.model
        and bool(job.get("trained_tokens"))
        and ended is not None
        and epoch(query.start) <= _seconds(ended) < epoch(query.end)
    )


def _seconds(value: object) -> int:
    """Return seconds since 1970, of bounded length. Raises ValueError."""
    seconds = amount(value)
    if seconds is None:
        raise ValueError("not a time")
    return int(seconds)


def _epochs(job: dict[str, Any]) -> object:
    """Return the epochs of a job, from its method or, in older answers, from its hyperparameters."""
    method = job.get("method") or {}
    settings = (method.get(method.get("type") or "") or {}).get("hyperparameters") or job.get("hyperparameters") or {}
    return settings.get("n_epochs")

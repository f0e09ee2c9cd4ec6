"""What OpenAI says: costs by line item, calls and tokens of the tuned models, trained tokens of the jobs.

Costs and usage take an admin key, jobs a key of the project they ran in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.actuals.aggregate import gather
from bot.actuals.bill import BillLine, billed_day
from bot.actuals.billing_http import MAX_PAGES, BillingHttp, amount
from bot.actuals.query import BillQuery, Key, epoch
from calculator import Actual, Usage

ZERO = Decimal(0)
DAYS_A_PAGE, JOBS_A_PAGE = 31, 100


async def pull(http: BillingHttp, key: Key, ask: BillQuery) -> list[Actual]:
    """The amounts of the month by part. Raises PullError."""
    lines = [line async for line in _costs(http, key["admin_key"], ask)]
    found = gather(lines, ask.rules, ask.scope).actuals
    calls = await _calls(http, key["admin_key"], ask)
    trained = await _trained(http, key["project_key"], ask) if key.get("project_key") else Usage()
    usage = {"inference": calls, "training": trained}
    return [one._replace(usage=usage.get(one.part, one.usage), through=ask.end) for one in found]


async def _costs(http: BillingHttp, key: str, ask: BillQuery) -> AsyncIterator[BillLine]:
    async for day, result in _results(http, key, ask, "costs", "line_item"):
        said = result.get("amount")
        cost: dict[str, Any] = said if isinstance(said, dict) else {}
        usd = amount(cost.get("value"))
        if usd is None or str(cost.get("currency", "")).lower() != "usd":
            raise http.unknown_shape()
        yield BillLine(day, str(result.get("line_item") or ""), usd)


async def _calls(http: BillingHttp, key: str, ask: BillQuery) -> Usage:
    """Calls and tokens of the fine-tuned versions of the model, which are called `ft:MODEL:…`."""
    counted = dict.fromkeys(("num_model_requests", "input_tokens", "input_cached_tokens", "output_tokens"), ZERO)
    async for _, result in _results(http, key, ask, "usage/completions", "model"):
        if str(result.get("model") or "").startswith(f"ft:{ask.scope.model}:"):
            for name in counted:
                count = amount(result.get(name, 0))
                if count is None or count < 0:
                    raise http.unknown_shape()
                counted[name] += count
    return Usage(*counted.values()) if counted["num_model_requests"] else Usage()


async def _results(
    http: BillingHttp, key: str, ask: BillQuery, what: str, group_by: str
) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
    """(day, result) of every bucket, over all pages."""
    url = f"{http.addresses.openai}/v1/organization/{what}"
    query = {
        "start_time": str(epoch(ask.start)),
        "end_time": str(epoch(ask.end)),
        "bucket_width": "1d",
        "group_by": group_by,
        "limit": str(DAYS_A_PAGE),
    }
    for _ in range(MAX_PAGES):
        page = await http.get(url, query, {"Authorization": f"Bearer {key}"})
        try:
            for bucket in page["data"]:
                day = billed_day(datetime.fromtimestamp(_seconds(bucket["start_time"]), UTC).date())
                for result in bucket["results"]:
                    yield day, dict(result)
            if not page.get("has_more"):
                return
            query["page"] = str(page["next_page"])
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            raise http.unknown_shape() from None
    raise http.unknown_shape()


async def _trained(http: BillingHttp, key: str, ask: BillQuery) -> Usage:
    """The jobs of the model that ended in the month: how many, their tokens, their epochs where all had the same."""
    url, query = f"{http.addresses.openai}/v1/fine_tuning/jobs", {"limit": str(JOBS_A_PAGE)}
    tokens, jobs, epochs = ZERO, 0, set[object]()
    for _ in range(MAX_PAGES):
        page = await http.get(url, query, {"Authorization": f"Bearer {key}"})
        try:
            for job in page["data"]:
                if _counts(job, ask):
                    jobs += 1
                    tokens += amount(job["trained_tokens"]) or ZERO
                    epochs.add(_epochs(job))
            if not page.get("has_more") or not page["data"]:
                break
            query["after"] = str(page["data"][-1]["id"])
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
            raise http.unknown_shape() from None
    same = epochs.pop() if len(epochs) == 1 else None
    return Usage(
        trained_tokens=tokens or None,
        epochs=Decimal(same) if isinstance(same, int) and 1 <= same <= 100 else None,
        jobs=Decimal(jobs) if jobs else None,
    )


def _counts(job: dict[str, Any], ask: BillQuery) -> bool:
    """Whether a job is billed to the month: one of the model, that ended in it and trained something."""
    ended = job.get("finished_at")
    return (
        job["model"] == ask.scope.model
        and bool(job.get("trained_tokens"))
        and ended is not None
        and epoch(ask.start) <= _seconds(ended) < epoch(ask.end)
    )


def _seconds(value: object) -> int:
    """A time as OpenAI writes it, never so long a number that it takes a while to write out. Raises ValueError."""
    seconds = amount(value)
    if seconds is None:
        raise ValueError("no time")
    return int(seconds)


def _epochs(job: dict[str, Any]) -> object:
    """Where the method has them now, or where they stood before."""
    method = job.get("method") or {}
    settings = (method.get(method.get("type") or "") or {}).get("hyperparameters") or job.get("hyperparameters") or {}
    return settings.get("n_epochs")

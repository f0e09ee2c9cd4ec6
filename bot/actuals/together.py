"""Prices and epochs of fine-tuning jobs by id, from Together's API. Together has no billing API.

A job's `total_price` is in billionths of a dollar, as Together's own client reads it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

from bot.actuals.bill import billed_day
from bot.actuals.billing_http import BillingHttp, PullError, amount
from bot.actuals.query import BillQuery, Key
from calculator import Actual, Usage, month_after

BILLIONTHS = Decimal(10) ** 9
MAX_JOBS = 20
NAME_JOBS = "Together has no billing API. Name the jobs: `/ftcost actual ID pull together ft-…`."


class FineTuningJob(NamedTuple):
    """A completed job, by the month in which it started."""

    month: date
    usd: Decimal
    epochs: Decimal | None


async def pull(http: BillingHttp, key: Key, query: BillQuery) -> list[Actual]:
    """Return the costs of training by the month in which the jobs started. Raises PullError."""
    if not 1 <= len(query.jobs) <= MAX_JOBS:
        raise PullError(NAME_JOBS)
    jobs = await asyncio.gather(*(_job(http, key["api_key"], job_id, query.scope.model) for job_id in query.jobs))
    months: dict[date, list[FineTuningJob]] = defaultdict(list)
    for job in jobs:
        months[job.month].append(job)
    return [
        Actual(month, "training", sum((job.usd for job in group), Decimal(0)), month_after(month), _usage(group))
        for month, group in sorted(months.items())
    ]


async def _job(http: BillingHttp, key: str, job_id: str, model: str) -> FineTuningJob:
    url = f"{http.addresses.together}/v1/fine-tunes/{quote(job_id, safe='')}"
    answer: Any = await http.get(url, {}, {"Authorization": f"Bearer {key}"})
    try:
        status, trained_model = str(answer["status"]), str(answer["model"])
        if status != "completed":
            raise PullError(f"Job {job_id} is {status[:20]}, so its price isn't final yet.")
        if trained_model != model:
            raise PullError(f"Job {job_id} trained {trained_model[:80]}, but the estimate is for {model}.")
        usd = amount(answer["total_price"])
        started_on = billed_day(date.fromisoformat(str(answer.get("started_at") or answer["created_at"])[:10]))
        epochs = amount(answer.get("n_epochs"))
    except (AttributeError, LookupError, TypeError, ValueError):
        raise http.unknown_shape() from None
    if usd is None:
        raise http.unknown_shape()
    return FineTuningJob(started_on.replace(day=1), usd / BILLIONTHS, epochs)


def _usage(jobs: list[FineTuningJob]) -> Usage:
    epochs = {job.epochs for job in jobs}
    return Usage(epochs=epochs.pop() if len(epochs) == 1 else None, jobs=Decimal(len(jobs)))

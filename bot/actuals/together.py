"""What Together says of fine-tuning jobs that somebody names: each one's price and epochs. It has no bill to ask for.

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
MOST_JOBS = 20
NAME_JOBS = "Together has no bill to ask for. Name the jobs: `/ftcost actual ID pull together ft-…`."


class FineTuningJob(NamedTuple):
    """A completed job."""

    month: date
    usd: Decimal
    epochs: Decimal | None


async def pull(http: BillingHttp, key: Key, ask: BillQuery) -> list[Actual]:
    """What training cost, in the months that the jobs began in. Raises PullError."""
    if not 1 <= len(ask.jobs) <= MOST_JOBS:
        raise PullError(NAME_JOBS)
    jobs = await asyncio.gather(*(_job(http, key["api_key"], job_id, ask.scope.model) for job_id in ask.jobs))
    months: dict[date, list[FineTuningJob]] = defaultdict(list)
    for job in jobs:
        months[job.month].append(job)
    return [
        Actual(month, "training", sum((job.usd for job in found), Decimal(0)), month_after(month), _usage(found))
        for month, found in sorted(months.items())
    ]


async def _job(http: BillingHttp, key: str, job_id: str, model: str) -> FineTuningJob:
    url = f"{http.addresses.together}/v1/fine-tunes/{quote(job_id, safe='')}"
    answer: Any = await http.get(url, {}, {"Authorization": f"Bearer {key}"})
    try:
        status, trained = str(answer["status"]), str(answer["model"])
        if status != "completed":
            raise PullError(f"The job {job_id} is {status[:20]}, so its price is not final.")
        if trained != model:
            raise PullError(f"The job {job_id} trained {trained[:80]}, and the estimate is of {model}.")
        usd = amount(answer["total_price"])
        began = billed_day(date.fromisoformat(str(answer.get("started_at") or answer["created_at"])[:10]))
        epochs = amount(answer.get("n_epochs"))
    except (AttributeError, LookupError, TypeError, ValueError):
        raise http.unknown_shape() from None
    if usd is None:
        raise http.unknown_shape()
    return FineTuningJob(began.replace(day=1), usd / BILLIONTHS, epochs)


def _usage(jobs: list[FineTuningJob]) -> Usage:
    epochs = {job.epochs for job in jobs}
    return Usage(epochs=epochs.pop() if len(epochs) == 1 else None, jobs=Decimal(len(jobs)))

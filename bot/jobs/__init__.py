"""The handlers of jobs: one method per type of bot/queue/model.py."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actuals.service import ActualsService
from bot.jobs.actuals import ActualJobs
from bot.jobs.budgets import DecisionJobs
from bot.jobs.datasets import DatasetJobs
from bot.jobs.details import AnswerJobs
from bot.jobs.estimates import EstimateJobs
from bot.jobs.mentions import MentionJobs
from bot.jobs.watches import ScheduledJobs
from bot.queue.model import (
    ActualJob,
    AlertJob,
    BreakEvenJob,
    CheckWatchesJob,
    DatasetJob,
    DecideJob,
    EstimateJob,
    ExportJob,
    Job,
    MentionJob,
    RefreshPricesJob,
    SharedFileJob,
    UncertaintyJob,
)
from bot.queue.worker import Handler
from bot.services import Services
from bot.slack.files import Downloads


def handlers(
    desk: Services, downloads: Downloads, books: ActualsService, scheduled: ScheduledJobs
) -> Mapping[type[Job], Handler]:
    """Return the handler of every type of job."""
    decisions = DecisionJobs(desk)
    estimates, answers, actuals = EstimateJobs(desk, decisions), AnswerJobs(desk), ActualJobs(desk, books, downloads)
    datasets = DatasetJobs(desk, estimates, downloads)
    return {
        EstimateJob: estimates.estimate,
        MentionJob: MentionJobs(desk, estimates, actuals).mention,
        DatasetJob: datasets.dataset,
        SharedFileJob: datasets.shared,
        ExportJob: answers.export,
        BreakEvenJob: answers.break_even,
        UncertaintyJob: answers.sure,
        ActualJob: actuals.actual,
        RefreshPricesJob: scheduled.refresh,
        CheckWatchesJob: scheduled.watch,
        AlertJob: scheduled.alert,
        DecideJob: decisions.decide,
    }

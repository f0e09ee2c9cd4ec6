"""The handlers of jobs: one method per type of bot/queue/model.py."""

from __future__ import annotations

from collections.abc import Mapping

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


def handlers(services: Services, downloads: Downloads, scheduled: ScheduledJobs) -> Mapping[type[Job], Handler]:
    """Return the handler of every type of job."""
    decisions = DecisionJobs(services)
    estimates, answers, actuals = (
        EstimateJobs(services, decisions),
        AnswerJobs(services),
        ActualJobs(services, downloads),
    )
    datasets = DatasetJobs(services, estimates, downloads)
    return {
        EstimateJob: estimates.estimate,
        MentionJob: MentionJobs(services, estimates, actuals).mention,
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

"""Accepted work, done. A kind of work is a method of one of these classes; a new kind is added here."""

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
from bot.queue.worker import Handler
from bot.services import Services
from bot.slack.files import Downloads


def handlers(
    desk: Services, downloads: Downloads, books: ActualsService, scheduled: ScheduledJobs
) -> Mapping[str, Handler]:
    """What does each kind of job."""
    decisions = DecisionJobs(desk)
    estimates, answers, actuals = EstimateJobs(desk, decisions), AnswerJobs(desk), ActualJobs(desk, books, downloads)
    datasets = DatasetJobs(desk, estimates, downloads)
    return {
        "estimate": estimates.estimate,
        "mention": MentionJobs(desk, estimates, actuals).mention,
        "dataset": datasets.dataset,
        "shared": datasets.shared,
        "export": answers.export,
        "break_even": answers.break_even,
        "sure": answers.sure,
        "actual": actuals.actual,
        "refresh": scheduled.refresh,
        "watch": scheduled.watch,
        "alert": scheduled.alert,
        "decide": decisions.decide,
    }

"""Accepted work, done. A kind of work is a method of one of these classes; a new kind is added here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actuals.books import Books
from bot.desk import Desk
from bot.jobs.actuals import ActualJobs
from bot.jobs.answers import AnswerJobs
from bot.jobs.datasets import DatasetJobs
from bot.jobs.decisions import DecisionJobs
from bot.jobs.estimates import EstimateJobs
from bot.jobs.mentions import MentionJobs
from bot.jobs.scheduled import ScheduledJobs
from bot.slack.files import Downloads
from bot.worker import Handler


def handlers(desk: Desk, downloads: Downloads, books: Books, scheduled: ScheduledJobs) -> Mapping[str, Handler]:
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

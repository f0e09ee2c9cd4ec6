"""Accepted work, done. A kind of work is a method of one of these classes; a new kind is added here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.actuals.books import Books
from bot.desk import Desk
from bot.jobs.actuals import ActualJobs
from bot.jobs.answers import AnswerJobs
from bot.jobs.estimates import EstimateJobs
from bot.jobs.mentions import MentionJobs
from bot.slack_hosts import SlackHosts
from bot.worker import Handler


def handlers(desk: Desk, books: Books, hosts: SlackHosts) -> Mapping[str, Handler]:
    """What does each kind of job."""
    estimates, answers, actuals = EstimateJobs(desk), AnswerJobs(desk), ActualJobs(desk, books, hosts)
    return {
        "estimate": estimates.estimate,
        "mention": MentionJobs(desk, estimates, actuals).mention,
        "export": answers.export,
        "break_even": answers.break_even,
        "sure": answers.sure,
        "actual": actuals.actual,
    }

"""The handlers of jobs, one method for each type in bot/queue/model.py. Each attempt at a job may be repeated."""

from __future__ import annotations

from collections.abc import Mapping

from bot.counting.parent import FileCounter
from bot.jobs.actuals import ActualJobs
from bot.jobs.budgets import ApprovalJobs
from bot.jobs.card_menu import CardJobs
from bot.jobs.conversions import ConversionJobs
from bot.jobs.datasets import DatasetJobs
from bot.jobs.estimate_buttons import EstimateButtonJobs
from bot.jobs.estimates import EstimateJobs
from bot.jobs.mentions import MentionJobs
from bot.jobs.watches import ScheduledJobs
from bot.queue.model import (
    ActualJob,
    AlertJob,
    BreakEvenJob,
    CardJob,
    CheckWatchesJob,
    ConvertJob,
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
    services: Services, downloads: Downloads, scheduled: ScheduledJobs, file_counter: FileCounter | None
) -> Mapping[type[Job], Handler]:
    """Return the handler of every type of job.

    Args:
        services: The parts of the running bot.
        downloads: Downloads files from Slack.
        scheduled: The handlers of jobs without a user.
        file_counter: Counts the training files; None means in processes of their own.
    """
    approvals = ApprovalJobs(services)
    estimates, buttons, actuals = (
        EstimateJobs(services, approvals),
        EstimateButtonJobs(services),
        ActualJobs(services, downloads),
    )
    datasets = DatasetJobs(services, estimates, downloads, file_counter)
    return {
        EstimateJob: estimates.estimate,
        MentionJob: MentionJobs(services, estimates, actuals).mention,
        DatasetJob: datasets.dataset,
        ConvertJob: ConversionJobs(services, downloads).convert,
        SharedFileJob: datasets.shared_file,
        ExportJob: buttons.export,
        BreakEvenJob: buttons.break_even,
        UncertaintyJob: buttons.uncertainty,
        CardJob: CardJobs(services, approvals).choose,
        ActualJob: actuals.actual,
        RefreshPricesJob: scheduled.refresh,
        CheckWatchesJob: scheduled.check_watches,
        AlertJob: scheduled.alert,
        DecideJob: approvals.decide,
    }

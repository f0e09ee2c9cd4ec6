"""A dataset report as JSON for programs."""

from __future__ import annotations

from typing import Any

from calculator.datasets import DatasetReport, Fate

_STATUSES: dict[Fate, str] = {
    "taken": "accepted",
    "converted": "accepted after conversion",
    "refused": "refused",
    "unknown": "unknown",
}


def dataset_json(report: DatasetReport) -> dict[str, Any]:
    """Return the report with the keys that docs/datasets.md documents."""
    count = report.count
    return {
        "examples": count.examples,
        "tokens": count.tokens,
        "input_tokens": count.input_tokens,
        "output_tokens": count.output_tokens,
        "encoding": count.encoding,
        "exact": report.exact,
        "inexact_why": report.inexact_why,
        "per_example": count.lengths._asdict(),
        "format": count.format,
        "reading": count.reading or None,
        "images": count.images,
        "traits": count.traits,
        "problems": {
            "total": report.problems,
            "by_kind": report.problems_by_kind,
            "first": [problem._asdict() for problem in report.first_problems],
            "refusing": count.refusals,
            "first_refusing": [problem._asdict() for problem in count.first_refusals],
        },
        "platforms": {
            name: {"accepted": verdict.accepted, "status": _STATUSES[verdict.fate], "why": verdict.why}
            for name, verdict in report.platforms.items()
        },
    }

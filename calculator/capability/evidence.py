"""Published results of tuned models on a task, for tuning and against it. They never change money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pricing import CapabilityTable, ExampleFloor, ModelCapability, PublishedSource, Task, TunedResult

Side = Literal["for", "level", "against"]

MOST_PER_SIDE = 2
_PUBLISHED_BY = {
    "vendor": "published by a vendor",
    "authors": "published by the tuned model's authors",
    "independent": "independent",
}
_RANKS = {"independent": 0, "authors": 1, "vendor": 2, "high": 0, "medium": 1, "low": 2}


class TaskResults(NamedTuple):
    """Published results of tuned models on one task."""

    results: tuple[TunedResult, ...]
    floor: ExampleFloor | None
    """The number of examples below which they are no better than prompting; None if none is published."""


class EvidenceSentence(NamedTuple):
    """One published result, in words."""

    finding: str
    """The tuned model and its scores, as a sentence."""
    side: Side
    """Whether it speaks for the tuned model or against it."""
    source: PublishedSource
    result: TunedResult

    @property
    def publisher(self) -> str:
        """The publisher of the result, such as `published by a vendor`."""
        return _PUBLISHED_BY[self.source.published_by or "vendor"]

    @property
    def text(self) -> str:
        """The finding with its source, the source's day and its publisher."""
        return f"{self.finding} {self.source.title}, {self.source.checked}, {self.publisher}."


class Evidence(NamedTuple):
    """What is published about tuned models on a task."""

    sentences: tuple[EvidenceSentence, ...] = ()
    """Those for tuning first. The model named is the one that was measured, which is rarely the one asked about."""
    warning: str | None = None
    """Says that published results with so few examples are no better than prompting."""


def task_results(task: Task, table: CapabilityTable) -> TaskResults:
    """Return the published results on a task that speak for tuning or against it."""
    return TaskResults(
        tuple(result for result in table.results if result.task == task and result.side), table.floors.get(task)
    )


def evidence_for(
    published: TaskResults, model: ModelCapability | None = None, examples: Decimal | None = None
) -> Evidence:
    """Return published results on a task: at most two for tuning and two against it.

    Results of the same model come first, then those of models of about its size, then the most confident ones. Of
    several results with different numbers of examples, the one closest to `examples` is taken.

    Args:
        published: The results on the task.
        model: The model that would be tuned; None: any.
        examples: Number of training examples; None if unknown.
    """
    ranked = sorted(_closest_counts(published.results, examples), key=lambda result: _rank(result, model))
    supporting = [result for result in ranked if result.side in ("for", "level")][:MOST_PER_SIDE]
    opposing = [result for result in ranked if result.side == "against"][:MOST_PER_SIDE]
    return Evidence(
        tuple(
            EvidenceSentence(_finding(result), result.side, result.source, result)
            for result in (*supporting, *opposing)
            if result.side
        ),
        _warning(published.floor, examples),
    )


def _closest_counts(results: Sequence[TunedResult], examples: Decimal | None) -> Iterable[TunedResult]:
    """Return one result of each model and test set."""
    closest: dict[tuple[str, str, str | None, str], TunedResult] = {}
    for result in results:
        key = (result.model, result.set, result.reference, result.metric)
        if key not in closest or _distance(result, examples) < _distance(closest[key], examples):
            closest[key] = result
    return closest.values()


def _distance(result: TunedResult, examples: Decimal | None) -> Decimal:
    """Return how far a result's number of examples is from the asked one; without one, more examples are closer."""
    count = Decimal(result.count or 0)
    return abs(count - examples) if examples is not None else -count


def _rank(result: TunedResult, model: ModelCapability | None) -> tuple[bool, Decimal, int, int, int]:
    published_by = result.source.published_by or "vendor"
    return (
        not (model and result.base == model.id),
        _size_ratio(result.parameters_billion, model.parameters_billion if model else None),
        _RANKS[result.confidence],
        _RANKS[published_by],
        -result.source.checked_on.toordinal(),
    )


def _size_ratio(measured: Decimal | None, asked: Decimal | None) -> Decimal:
    """Return how much two sizes differ, in whole factors of four, so that near sizes rank equal."""
    if not measured or not asked:
        return Decimal(0)
    return (max(measured, asked) / min(measured, asked) / 4).to_integral_value(rounding="ROUND_FLOOR")


def _finding(result: TunedResult) -> str:
    terms = "; ".join(filter(None, ("" if result.method == "tuned" else result.method, _examples(result))))
    setting = f" ({result.reference_setting})" if result.reference_setting else ""
    name = _set_name(result.set, result.source.title)
    if result.tuned is not None and result.reference_score is not None:
        scores = (
            f"{result.tuned:f} on {name} ({result.metric}); {result.reference}{setting}: {result.reference_score:f}"
        )
    else:
        score = f"{result.tuned:f} ({result.metric})" if result.tuned is not None else ""
        words = ", ".join(filter(None, (score, result.outcome)))
        scores = f"{words}, on {name}; compared with {result.reference}{setting}"
    return f"{result.model}, tuned{f' ({terms})' if terms else ''}: {scores}."


def _examples(result: TunedResult) -> str:
    if result.count and result.examples.replace(",", "").isdecimal():
        return f"{result.count:,} examples"
    unsaid = result.examples.startswith(("not ", "size ")) or "on average" in result.examples
    return "" if unsaid else f"examples: {result.examples}"


def _set_name(name: str, publisher: str) -> str:
    """Return the name of a test set without the publisher before it."""
    head, colon, tail = name.partition(": ")
    return tail if colon and head in publisher else name


def _warning(floor: ExampleFloor | None, examples: Decimal | None) -> str | None:
    if floor is None or examples is None or examples >= floor.below:
        return None
    return (
        f"{examples:,} examples are fewer than published results needed for {floor.task.replace('-', ' ')}: "
        f"{floor.says} ({floor.source.title}, {floor.source.checked})."
    )

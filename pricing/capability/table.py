"""The capability table: models by any of their names, scales, and published results of tuned models."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from pricing.capability.names import fold_model_name
from pricing.capability.records import (
    Band,
    ExampleFloor,
    ModelCapability,
    PublishedSource,
    Scale,
    Task,
    TunedResult,
)

# The date at the end of a name: 2024-08-06, 20240806, 0613.
_SNAPSHOT = re.compile(r"[-@](?:20\d\d-?\d\d-?\d\d|[01]\d[0-3]\d)$")


class Scales(NamedTuple):
    """What values of models are compared by."""

    by_name: Mapping[str, Scale]
    """In order of preference: the organisation's own scales come first."""
    bands: Mapping[Band, Decimal]
    """Letters, and the lower end of each, the highest first."""
    same_class_points: Decimal
    """How far below the reference a model still counts as its class."""


class CapabilityTable:
    """What is published about models. Immutable; no I/O.

    Attributes:
        models: By id.
        scales: What values are compared by.
        results: Published results of tuned models.
        floors: Numbers of examples below which published results are no better than prompting, by task.
        sources: Sources of values and results, by key.
    """

    def __init__(
        self,
        models: Mapping[str, ModelCapability],
        scales: Scales,
        sources: Mapping[str, PublishedSource],
        results: Iterable[TunedResult] = (),
        floors: Iterable[ExampleFloor] = (),
    ) -> None:
        self.models = MappingProxyType(dict(models))
        self.scales = scales
        self.sources = MappingProxyType(dict(sources))
        self.results = tuple(results)
        self.floors: Mapping[Task, ExampleFloor] = MappingProxyType({floor.task: floor for floor in floors})
        self._ids = {
            fold_model_name(name): model.id
            for model in self.models.values()
            for name in (model.id, model.title, *model.aliases)
        }

    def find(self, *names: str) -> ModelCapability | None:
        """Return the model of the first name that is known; None if none is.

        A name has to agree in family, size and version: the value of a neighbour is never returned.

        Args:
            names: As platforms or people write them, such as `Qwen/Qwen3-8B`.
        """
        return next((self.models[id_] for name in names if (id_ := self._ids.get(fold_model_name(name)))), None)

    def find_base(self, name: str, listed: str) -> ModelCapability:
        """Return the base model of a question, or an entry in which everything but the title is unknown.

        Args:
            name: As the question names it.
            listed: The name under which its prices were found. It stands for `name` unless that names a snapshot.
        """
        model = self.find(name)
        return model or self.find_or_unknown(name if _SNAPSHOT.search(name) else listed, listed)

    def near(self, name: str, count: int = 3) -> tuple[str, ...]:
        """Return ids of models with similar names, best first."""
        folded = fold_model_name(name)[:100]
        matches = difflib.get_close_matches(folded, self._ids, n=count + 3, cutoff=0.6)
        return tuple(dict.fromkeys(self._ids[match] for match in matches))[:count]

    def find_or_unknown(self, name: str, title: str) -> ModelCapability:
        """Return the model of a name, or an entry in which everything but the title is unknown.

        Two unknown models are the same if their names are.

        Args:
            name: As a platform or a person writes it.
            title: The name for people of a model that isn't in the table.
        """
        return self.find(name) or ModelCapability(id=fold_model_name(name), title=title, vendor="unknown")

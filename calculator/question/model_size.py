"""The size of a model whose shape isn't listed, such as `8B`, or `80B-A3B` for a mixture of experts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from calculator.question.quantities import format_number


@dataclass(frozen=True, slots=True)
class ModelSize:
    """Numbers of parameters."""

    parameters: int
    active: int | None = None
    """Parameters that a token uses; None for a dense model."""

    def text(self) -> str:
        """Return the size as people write it."""
        whole = format_number(Decimal(self.parameters))
        return f"{whole}-A{format_number(Decimal(self.active))}" if self.active else whole

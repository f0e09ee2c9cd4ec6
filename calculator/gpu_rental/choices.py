"""Choices of a training setup that a question makes, over the defaults of the framework."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

from calculator.gpu import Checkpointing, Offload, Optimiser, Quantisation, Setup
from calculator.question.scenario import Scenario
from pricing import AttentionKernel, Loss

_OPTIMISERS: dict[str, tuple[Optimiser, bool, bool]] = {
    "adamw": ("adamw", False, False),
    "adamw-8bit": ("adamw-8bit", False, False),
    "paged-adamw": ("adamw", True, False),
    "paged-adamw-8bit": ("adamw-8bit", True, False),
    "adamw-in-backward": ("adamw", False, True),
    "adafactor": ("adafactor", False, False),
    "sgd": ("sgd", False, False),
}
"""Kind of states, paged, steps in the backward pass."""


@dataclass(frozen=True)
class SetupChoices:
    """The choices of a question about the setup, named like its keys.

    None leaves a choice to the framework or the search.
    """

    micro_batch: int | None = None
    checkpointing: Checkpointing | None = None
    offload: Literal["none", "optimiser", "weights", "activations"] | None = None
    optimizer: str | None = None
    loss: Loss | None = None
    quant: Quantisation | None = None
    kernel: AttentionKernel | None = None
    prepared: Literal["yes", "no"] | None = None
    packing: Literal["on", "off"] | None = None
    tp: int | None = None
    cp: int | None = None
    ep: int | None = None

    def apply(self, setup: Setup) -> Setup:
        """Return the setup with these choices."""
        states: Offload = "none" if self.offload in (None, "activations") else self.offload  # type: ignore[assignment]
        optimiser, paged, in_backward = _OPTIMISERS[self.optimizer or "adamw"]
        loss = setup.loss if self.loss is None else self.loss
        return replace(
            setup,
            checkpointing=self.checkpointing or setup.checkpointing,
            offload=states,
            offloads_activations=self.offload == "activations",
            optimiser=optimiser,
            paged_optimiser=paged,
            steps_in_backward=in_backward,
            # A loss in chunks of tokens computes head and loss together, as a fused one does.
            loss="fused" if self.loss == "chunked" else loss,
            quantisation=self.quant or setup.quantisation,
            method="qlora" if self.quant and setup.method == "lora" else setup.method,
            kernel=self.kernel or setup.kernel,
            prepared=setup.prepared if self.prepared is None else self.prepared == "yes",
            tensor_parallel=self.tp or 1,
            context_parallel=self.cp or 1,
            expert_parallel=min(self.ep or 1, setup.model.experts),
        )

    def stated(self) -> Iterator[str]:
        """Yield the choices that the question makes, such as `loss=fused`."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield f"{field.name}={value}"


def choices_of(scenario: Scenario) -> SetupChoices:
    """Return the choices that a scenario makes."""
    return SetupChoices(**{field.name: getattr(scenario, field.name) for field in fields(SetupChoices)})

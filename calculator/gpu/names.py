"""Training frameworks by name, and shapes for models that only have a size."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from pricing import Framework, ModelShape

# Active experts of a mixture of which only the sizes are known; most models use 4 to 8.
USUAL_ACTIVE_EXPERTS = 8
# Context of today's models, which neighbours of the same size from 2023 don't have.
USUAL_CONTEXT = 131_072
# Sizes up to this factor apart count as similar.
ALIKE = 1.5


def find_framework(text: str, frameworks: Mapping[str, Framework]) -> Framework:
    """Return the training framework that a text names.

    Args:
        text: Any text, such as `Axolotl 0.4`.
        frameworks: The known frameworks, by name, with the words that identify them.

    Returns:
        The first framework with a word in the text, else the one called `unknown`.
    """
    name = text.strip().lower()
    for framework in frameworks.values():
        if any(re.search(rf"(?<![a-z]){re.escape(word)}", name) for word in framework.matches):
            return framework
    return frameworks["unknown"]


def interpolated_mixture(
    parameters_billion: float, active_billion: float, models: Mapping[str, ModelShape]
) -> ModelShape:
    """Return the shape of a mixture of experts of which only the sizes are known.

    The active part is a dense shape of the active size, cut into 8 experts; further experts make up the rest.

    Args:
        parameters_billion: All parameters.
        active_billion: Parameters that a token uses.
        models: The known shapes, by name.
    """
    dense = interpolated_shape(active_billion, models)
    each = max(1, dense.ffn // USUAL_ACTIVE_EXPERTS)
    inactive_parameters = (parameters_billion - active_billion) * 1e9
    more = max(0, round(inactive_parameters / (dense.layers * dense.mlp_matrices * dense.hidden * each)))
    return replace(
        dense,
        name=f"{parameters_billion:g}b-a{active_billion:g}b",
        parameters_billion=parameters_billion,
        experts=USUAL_ACTIVE_EXPERTS + more,
        active_experts=USUAL_ACTIVE_EXPERTS,
        expert_ffn=each,
    )


def interpolated_shape(parameters_billion: float, models: Mapping[str, ModelShape]) -> ModelShape:
    """Return a dense shape of a size, interpolated between the two nearest known ones on the logarithm of the size.

    Only gated dense shapes are used, as in the newest families.

    Args:
        parameters_billion: Size of the model.
        models: The known shapes, by name.

    Returns:
        A shape with `interpolated` set.
    """
    reference = sorted(
        (model for model in models.values() if model.experts == 1 and model.mlp_matrices == 3),
        key=lambda model: (model.parameters_billion, model.name),
    )
    below = [model for model in reference if model.parameters_billion <= parameters_billion]
    above = [model for model in reference if model.parameters_billion >= parameters_billion]
    low = below[-1] if below else reference[0]
    high = above[0] if above else reference[-1]
    span = math.log(high.parameters_billion / low.parameters_billion)
    part = math.log(parameters_billion / low.parameters_billion) / span if span > 0 else 0.0
    part = min(max(part, 0.0), 1.0)

    def between(a: float, b: float) -> float:
        return math.exp((1 - part) * math.log(a) + part * math.log(b))

    # Beyond the known sizes hidden and depth grow together: parameters ∝ layers · hidden² ∝ size^(1/3) each.
    nearest = low if part < 0.5 else high
    beyond = (parameters_billion / between(low.parameters_billion, high.parameters_billion)) ** (1 / 3)
    layers = max(1, round(between(low.layers, high.layers) * beyond))
    hidden = max(64, round(between(low.hidden, high.hidden) * beyond / 64) * 64)
    head_dim = nearest.head_dim
    heads = max(1, round(between(low.query_width, high.query_width) * beyond / head_dim))
    kv_heads = max(1, min(heads, round(between(low.kv_width, high.kv_width) * beyond / head_dim)))
    return ModelShape(
        name=f"{parameters_billion:g}b",
        parameters_billion=parameters_billion,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        ffn=max(64, round(between(low.ffn, high.ffn) * beyond)),
        vocabulary=_usual_vocabulary(parameters_billion, reference) or round(between(low.vocabulary, high.vocabulary)),
        tied_embeddings=nearest.tied_embeddings,
        context=max(nearest.context, USUAL_CONTEXT),
        mlp_matrices=3,
        config=nearest.config,
        source=nearest.source,
        interpolated=True,
    )


def _usual_vocabulary(parameters_billion: float, reference: Sequence[ModelShape]) -> int | None:
    """Return the median vocabulary of models of a similar size, because neighbours differ by a factor of four."""
    alike = sorted(
        model.vocabulary for model in reference if 1 / ALIKE <= model.parameters_billion / parameters_billion <= ALIKE
    )
    return alike[len(alike) // 2] if alike else None

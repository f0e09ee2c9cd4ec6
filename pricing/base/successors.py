"""The models that answer after a base model's end, as its seller suggests them."""

from __future__ import annotations

from collections.abc import Callable

from pricing.catalog import BasePrice


def with_successors(model: BasePrice, price_of: Callable[[str], BasePrice | None]) -> BasePrice:
    """Return a base model with the models that replace it one after another.

    A suggested model that ends no later than the one before it is left out: what replaces it comes in its place.

    Args:
        model: The base model.
        price_of: Returns the prices of a model at the same seller by its name; None for an unknown one.
    """
    chain, name, names = [model], model.replaced_by, {model.model}
    while name and chain[-1].ends:
        following = price_of(name)
        if following is None or following.model in names or None in (following.input_usd, following.output_usd):
            break
        names.add(following.model)
        name = following.replaced_by
        if following.ends is None or following.ends > chain[-1].ends:
            chain.append(following)
    successor = None
    for link in reversed(chain[1:]):
        successor = link._replace(successor=successor)
    return model._replace(successor=successor)

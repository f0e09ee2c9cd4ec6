"""Of which platforms somebody is a customer already: `new` (of none), `existing` (of all), or `azure,openai`."""

from __future__ import annotations

from typing import get_args

from pricing import Customer

KINDS = frozenset(get_args(Customer))
LONGEST = 40  # characters of a platform


def read_customer(text: str) -> str:
    """In its one spelling. Whether there are such platforms is not known here. Raises ValueError."""
    names = sorted({"-".join(name.lower().replace("_", " ").split()) for name in text.split(",") if name.strip()})
    if not names or (len(names) > 1 and KINDS & set(names)) or any(len(name) > LONGEST for name in names):
        raise ValueError(
            f"“{text.strip()[:40]}” is no kind of customer; write new, existing, or the platforms that you are "
            "a customer of, such as azure,openai."
        )
    return ",".join(names)


def named_platforms(customer: str) -> tuple[str, ...]:
    """The platforms that are named; none for `new` and `existing`."""
    return () if customer in KINDS else tuple(customer.split(","))


def customer_of(customer: str, platform: str = "") -> Customer:
    """What somebody is to one platform; without it, to those that are not named."""
    return "existing" if customer == "existing" or platform in named_platforms(customer) else "new"

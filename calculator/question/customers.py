"""The user's relation to platforms: `new` (customer of none), `existing` (of all), or names such as `azure,openai`."""

from __future__ import annotations

from typing import get_args

from pricing import Customer

KINDS = frozenset(get_args(Customer))
LONGEST = 40  # characters of a platform's name


def read_customer(text: str) -> str:
    """Normalise a customer status: lower case, names sorted and joined by commas. Platforms are not looked up.

    Raises:
        ValueError: Nothing named, `new` or `existing` beside names, or a name that is too long.
    """
    names = sorted({"-".join(name.lower().replace("_", " ").split()) for name in text.split(",") if name.strip()})
    if not names or (len(names) > 1 and KINDS & set(names)) or any(len(name) > LONGEST for name in names):
        raise ValueError(
            f"“{text.strip()[:40]}” isn't a valid customer status. Write new, existing, or the platforms you're "
            "a customer of, such as azure,openai."
        )
    return ",".join(names)


def named_platforms(customer: str) -> tuple[str, ...]:
    """Return the platforms that a customer status names; none for `new` and `existing`."""
    return () if customer in KINDS else tuple(customer.split(","))


def customer_of(customer: str, platform: str = "") -> Customer:
    """Return the user's status at one platform.

    Args:
        customer: Customer status as `read_customer` returns it.
        platform: The platform's name; empty for any platform that the status doesn't name.
    """
    return "existing" if customer == "existing" or platform in named_platforms(customer) else "new"

"""A comparison in a terminal."""

from __future__ import annotations

from bot.render.money import money
from bot.render.tables import breakdown_table, by_standing, comparison_table, offer_name, plain
from bot.render.words import (
    assumptions,
    base_sentence,
    break_even_sentences,
    headline,
    mark_meaning,
    notes,
    price_ages,
    question,
    warning_text,
    warnings_by_gravity,
)
from calculator import Comparison


def to_text(comparison: Comparison) -> str:
    """Headline, all offers, the breakdown of the best, warnings, assumptions, sources."""
    parts = [headline(comparison), question(comparison)]
    for caption, estimates in by_standing(comparison):
        parts += ["", caption, plain(comparison_table(comparison, estimates))]
    if sentence := base_sentence(comparison):
        parts += ["", sentence]
    shown = comparison.best or (comparison.estimates[0] if comparison.estimates else None)
    if shown is None:
        return "\n".join(parts)
    if shown.lines:
        parts += [
            "",
            f"{offer_name(shown)}: {money(shown.total_usd, whole=shown.complete)}",
            plain(breakdown_table(shown)),
        ]
    for title, items in (
        ("Break-even", break_even_sentences(comparison, shown)),
        ("Watch out", [warning_text(warning) for warning in warnings_by_gravity(shown)]),
        ("Assumptions", assumptions(comparison, shown) if shown.lines else []),
        (
            "Prices",
            [
                f"{what}: {source.title}{f' <{source.url}>' if source.url else ''} ({when})"
                for what, source, when in price_ages(comparison, shown)
            ],
        ),
        ("Notes", notes(shown)),
    ):
        if items:
            parts += ["", title, *(f"- {item}" for item in items)]
    parts += ["", f"Prices as of {comparison.as_of}, catalogue {comparison.catalog_version}. USD."]
    parts += filter(None, [mark_meaning(comparison, shown)])
    return "\n".join(parts)

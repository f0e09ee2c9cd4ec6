"""A comparison in a terminal."""

from __future__ import annotations

from bot.render.assumptions import assumption_sentences, impact_sentences
from bot.render.charts.tornado import drivers_table
from bot.render.headline import headline, question
from bot.render.money import money
from bot.render.payback import base_sentence, break_even_sentences, crossover_sentence
from bot.render.sources import age_mark_meaning, price_ages, price_notes
from bot.render.tables import breakdown_table, by_standing, comparison_table, offer_name, plain
from bot.render.uncertainty import moved_most, percentiles_table, sureness
from bot.render.verdict import judgement
from bot.render.warnings import sorted_warnings, warning_text
from calculator import Comparison, sensitivity


def to_text(comparison: Comparison) -> str:
    """Headline, all offers, the breakdown of the best, warnings, assumptions, sources."""
    parts = [headline(comparison), question(comparison)]
    for caption, estimates in by_standing(comparison):
        parts += ["", caption, plain(comparison_table(comparison, estimates))]
    for sentence in filter(None, (base_sentence(comparison), crossover_sentence(comparison))):
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
    said = [*assumption_sentences(comparison, shown), *filter(None, [moved_most(comparison, shown)])]
    if comparison.scenario.ranged and shown.lines:
        parts += ["", plain(percentiles_table(comparison, comparison.estimates))]
        if sensitivity(comparison, shown):
            parts += ["", plain(drivers_table(comparison, shown))]
    for title, items in (
        ("What was assumed and would move it most", impact_sentences(comparison, shown)),
        ("Break-even", break_even_sentences(comparison, shown, net=False)),
        ("Tune or prompt?", judgement(comparison, shown)),
        ("How sure", sureness(comparison, shown)),
        ("Watch out", [warning_text(warning) for warning in sorted_warnings(comparison, shown)]),
        ("Assumptions", said if shown.lines else []),
        (
            "Prices",
            [
                f"{what}: {source.title}{f' <{source.url}>' if source.url else ''} ({when})"
                for what, source, when in price_ages(comparison, shown)
            ],
        ),
        ("Notes", price_notes(shown)),
    ):
        if items:
            parts += ["", title, *(f"- {item}" for item in items)]
    parts += ["", f"Prices as of {comparison.as_of}, catalogue {comparison.catalog_version}. USD."]
    if comparison.scenario.currency != "USD":
        parts.append(f"Not shown in {comparison.scenario.currency}: a terminal has no exchange rates.")
    parts += filter(None, [age_mark_meaning(comparison, shown)])
    return "\n".join(parts)

"""A comparison in a terminal."""

from __future__ import annotations

from bot.render.assumptions import assumption_sentences, impact_sentences
from bot.render.charts.tornado import drivers_table
from bot.render.evidence import evidence_sentences, evidence_title
from bot.render.headline import headline, question
from bot.render.money import money
from bot.render.payback import base_sentence, break_even_sentences, crossover_sentence
from bot.render.rules_of_thumb import rule_sentences
from bot.render.sources import age_mark_meaning, price_ages, price_notes
from bot.render.tables import breakdown_table, comparison_table, group_options, offer_name, plain
from bot.render.uncertainty import percentiles_table, sensitivity_sentence, uncertainty_sentences
from bot.render.verdict import because_sentence, next_step_sentence, set_aside_sentence
from bot.render.warnings import sorted_warnings, warning_text
from calculator import Comparison, base_notes, sensitivity


def to_text(comparison: Comparison) -> str:
    """Return headline, offers, breakdown of the best offer, warnings, assumptions and sources."""
    parts = [headline(comparison), because_sentence(comparison), f"Next: {next_step_sentence(comparison)}"]
    parts += [*filter(None, [set_aside_sentence(comparison)]), question(comparison)]
    for caption, estimates in group_options(comparison):
        parts += ["", caption, plain(comparison_table(comparison, estimates))]
    for sentence in filter(None, (base_sentence(comparison), crossover_sentence(comparison))):
        parts += ["", sentence]
    featured = comparison.featured
    if featured is None:
        return "\n".join(parts)
    if featured.lines:
        parts += [
            "",
            f"{offer_name(featured)}: {money(featured.total_usd, whole=featured.complete)}",
            plain(breakdown_table(featured)),
        ]
    assumptions = [
        *assumption_sentences(comparison, featured),
        *filter(None, [sensitivity_sentence(comparison, featured)]),
    ]
    if comparison.scenario.ranged and featured.lines:
        parts += ["", plain(percentiles_table(comparison, comparison.usable or comparison.estimates))]
        if sensitivity(comparison, featured):
            parts += ["", plain(drivers_table(comparison, featured))]
    for title, sentences in (
        ("Assumptions that move the total most", impact_sentences(comparison, featured)),
        ("Break-even", break_even_sentences(comparison, featured, net=False)),
        ("Tune or prompt?", rule_sentences(comparison, featured)),
        ("How sure", uncertainty_sentences(comparison, featured)),
        ("Watch out", [warning_text(warning) for warning in sorted_warnings(comparison, featured)]),
        ("Assumptions", assumptions if featured.lines else []),
        (evidence_title(comparison), list(evidence_sentences(comparison, featured))),
        (
            "Prices",
            [
                f"{items}: {source.title}{f' <{source.url}>' if source.url else ''} ({age})"
                for items, source, age in price_ages(comparison, featured)
            ],
        ),
        ("Base model", base_notes(comparison)),
        ("Notes", price_notes(featured)),
    ):
        if sentences:
            parts += ["", title, *(f"- {sentence}" for sentence in sentences)]
    parts += ["", f"Prices as of {comparison.as_of}, catalogue {comparison.catalog_version}. USD."]
    if comparison.scenario.currency != "USD":
        parts.append(f"Not shown in {comparison.scenario.currency}: a terminal has no exchange rates.")
    parts += filter(None, [age_mark_meaning(comparison, featured)])
    return "\n".join(parts)

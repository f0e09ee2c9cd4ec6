"""The reply to a change, in the thread of the earlier estimate. The figures are on the card, which changes in place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.render.answer.card import short_change
from bot.render.answer.results import period_usd
from bot.render.parts.blocks import SlackMessage, context, section
from bot.render.parts.escaping import escape
from bot.render.parts.money import CENT
from bot.render.parts.short import short_day, short_money, span_text
from bot.render.parts.tables import has_other_period, horizon, offer_name, period_total
from bot.render.sentences.headline import headline
from bot.render.sentences.scenario_changes import field_changes
from bot.render.slack.replies import comparison_reply
from bot.results import SavedOffer, SavedResult
from calculator import Comparison, CostSpan, average_month, horizon_total

AFTERWARDS = "prompting after the model's end"


def change_summary(earlier: SavedResult, comparison: Comparison) -> str:
    """Return the changed fields, and the earlier day if the answer was of another day or catalogue: `epochs 3 → 5`."""
    differences = field_changes(earlier.scenario, comparison.scenario.fields())
    summary = "; ".join(differences) if differences else "nothing in the question"
    if earlier.catalog_version != comparison.catalog_version or earlier.as_of != comparison.as_of:
        summary += f"; priced again, first on {short_day(earlier.as_of, comparison.as_of)}"
    return summary


def change_reply(
    earlier: SavedResult,
    comparison: Comparison,
    estimate_id: str,
    user_id: str,
    causes: Sequence[tuple[str, Decimal]] = (),
) -> SlackMessage:
    """Return the reply to a change: the new verdict, the changes, and their cost; for other offers, their comparison.

    Args:
        earlier: The result that was changed.
        comparison: The new comparison.
        estimate_id: The id of the new estimate.
        user_id: The Slack user who made the change.
        causes: The causes of the difference in the recommended offer's total, in US dollars.
    """
    answer, summary = headline(comparison), change_summary(earlier, comparison)
    lines = [f"*{escape(answer)}*", f"Changed: {escape(summary)}"]
    difference = _difference_sentence(earlier, comparison, causes)
    if difference:
        lines.append(escape(difference))
    offers = None
    if earlier.scenario.get("on") != comparison.scenario.fields().get("on") and comparison.estimates:
        offers = comparison_reply(comparison)
    former = f"was: {earlier.headline} · " if earlier.headline != answer else ""
    footer = f"The card is updated · {escape(former)}changed by <@{escape(user_id)}> · `{estimate_id}`"
    text = escape(" ".join(filter(None, [answer, f"Changed: {summary}.", difference])))
    return SlackMessage(
        f"{text}\n{offers.text}" if offers else text,
        [section("\n".join(lines)), *(offers.blocks if offers else ()), context(footer)],
    )


def _difference_sentence(
    earlier: SavedResult, comparison: Comparison, causes: Sequence[tuple[str, Decimal]]
) -> str | None:
    """Return `X: $13,080 → $13,160 over 12 months (+$80: epochs +$80).`; None if the option isn't in both."""
    estimate = comparison.best or comparison.featured
    quoted = earlier.find(estimate.offer.id) if estimate else None
    if estimate is None or quoted is None:
        return None
    per_month = has_other_period(comparison, [estimate])
    before = period_usd(earlier, estimate.offer.id, per_month=per_month)
    after = (average_month if per_month else horizon_total)(comparison, estimate)
    if before is None or after.usd is None:
        return None
    period = "in an average month" if per_month else f"over {horizon(comparison)}"
    span = period_total(comparison, estimate, per_month=per_month)
    amounts = f"{offer_name(estimate)}: {_earlier_text(quoted, before)} → {span_text(span)} {period}"
    difference = after.usd - before
    rest = difference - sum((usd for _, usd in causes), Decimal(0))  # the causes are those of the model's own months
    if causes and abs(rest) >= CENT:
        causes = [*causes, (AFTERWARDS, rest)]
    listed = ", ".join(f"{name} {short_change(usd)}" for name, usd in causes) if len(causes) > 1 else ""
    return f"{amounts} ({short_change(difference)}{f': {listed}' if listed else ''})."


def _earlier_text(quoted: SavedOffer, usd: Decimal) -> str:
    """Return an earlier cost: a range if the earlier question had ranges and the model lasts for the horizon."""
    if quoted.low and quoted.high and usd == quoted.total_usd:
        return span_text(CostSpan(quoted.low.total_usd, quoted.high.total_usd, quoted.complete))
    return short_money(usd)

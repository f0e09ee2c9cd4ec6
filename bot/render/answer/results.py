"""Build the result of a comparison, which is saved, printed as JSON and exported."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, get_args

from msgspec import UNSET, UnsetType, structs

from bot.render.answer.rules_of_thumb import rule_sentences
from bot.render.parts.money import money, money_span
from bot.render.parts.tables import offer_name
from bot.render.sentences.headline import headline, question
from bot.render.sentences.verdict import because_sentence, next_step_sentence
from bot.results import (
    SCHEMA_VERSION,
    SavedBase,
    SavedBaseline,
    SavedBreakEven,
    SavedCrossover,
    SavedDriver,
    SavedDrivers,
    SavedFigures,
    SavedImpact,
    SavedLine,
    SavedOffer,
    SavedOption,
    SavedPercentiles,
    SavedRange,
    SavedResult,
    SavedSetAside,
    SavedSource,
    SavedVerdict,
    SavedWarning,
    Standing,
    offer_ends,
)
from calculator import (
    BaseEstimate,
    BreakEven,
    Comparison,
    Crossover,
    Estimate,
    Figure,
    LineItem,
    Option,
    RankGroup,
    assumption_impacts,
    base_change,
    break_even,
    crossover,
    estimate_assumptions,
    estimate_warnings,
    options,
    sample,
    sensitivity,
    training_range,
    uncached_base,
    verdict,
)
from pricing import Price

FigureKey = Literal["one_off_usd", "first_month_usd", "monthly_usd", "total_usd"]
_STANDINGS: dict[RankGroup, Standing] = {
    RankGroup.LASTS: "lasts",
    RankGroup.ENDS: "ends",
    RankGroup.INCOMPLETE: "incomplete",
    RankGroup.APART: "apart",
}


def build_result(comparison: Comparison) -> SavedResult:
    """Return the result of a comparison.

    Warnings, ranges and drivers are computed here, which takes tens of milliseconds if all offers are compared.
    """
    return SavedResult(
        schema_version=SCHEMA_VERSION,
        as_of=comparison.as_of,
        catalog_version=comparison.catalog_version,
        scenario=comparison.scenario.fields(),
        headline=headline(comparison),
        question=question(comparison),
        baseline=_baseline(comparison, comparison.base) if comparison.base else None,
        options=tuple(_option(option) for option in options(comparison)),
        verdict=_verdict(comparison),
        estimates=tuple(_offer(comparison, estimate) for estimate in comparison.estimates),
        base=_base(comparison, comparison.base) if comparison.base else None,
        own_gpus=_crossover(volume) if (volume := crossover(comparison)) else None,
        drivers=_drivers(comparison, comparison.best) if comparison.best else None,
    )


def _baseline(comparison: Comparison, base: BaseEstimate) -> SavedBaseline:
    change = base_change(comparison)
    return SavedBaseline(
        model=base.model,
        provider=base.provider,
        complete=base.complete,
        monthly_usd=base.monthly_usd,
        total_usd=base.total_usd,
        ends=change.ends if change else None,
        successor=change.successor if change else None,
        successor_monthly_usd=change.successor_monthly_usd if change else None,
        priced_until=change.priced_until if change else None,
    )


def _option(option: Option) -> SavedOption:
    reason = option.set_aside
    return SavedOption(
        offer=option.estimate.offer.id,
        group=option.group,
        model_class=option.option_class.letter,
        class_reason=option.option_class.reason,
        usable=option.usable,
        set_aside=SavedSetAside(**reason._asdict()) if reason else None,
        monthly_vs_baseline_usd=option.monthly_vs_baseline_usd,
        pays_back=option.pays_back,
        pays_back_reason=option.pays_back_reason,
        horizon_total_usd=option.horizon_total.usd,
        average_month_usd=option.average_month.usd,
    )


def _verdict(comparison: Comparison) -> SavedVerdict:
    result = verdict(comparison)
    limit, about = result.threshold, result.threshold_option
    return SavedVerdict(
        answer=result.answer,
        reason=result.reason,
        saving_usd=result.saving_usd,
        saving_low_usd=result.ranges.low_usd if result.ranges else None,
        saving_high_usd=result.ranges.high_usd if result.ranges else None,
        option=result.option.estimate.offer.id if result.option else None,
        because=because_sentence(comparison),
        threshold_calls_per_day=limit.calls_per_day if limit else None,
        threshold_offer=about.estimate.offer.id if limit and about else None,
        next_step=next_step_sentence(comparison),
        nearest=comparison.nearest.offer.id if comparison.nearest else None,
    )


def _offer(comparison: Comparison, estimate: Estimate) -> SavedOffer:
    training = training_range(comparison, estimate)
    payback = break_even(comparison, estimate)
    impacts = assumption_impacts(comparison, estimate) if estimate is comparison.best else ()
    return SavedOffer(
        offer=estimate.offer.id,
        title=offer_name(estimate),
        platform=estimate.offer.platform,
        model=estimate.offer.model,
        status=estimate.status,
        standing=_STANDINGS[estimate.standing],
        complete=estimate.complete,
        one_off_usd=estimate.one_off_usd,
        first_month_usd=estimate.first_month_usd,
        monthly_usd=estimate.monthly_usd,
        total_usd=estimate.total_usd,
        months=estimate.months,
        epochs=estimate.epochs,
        **offer_ends(estimate.offer),
        lines=tuple(_line(line) for line in estimate.lines),
        warnings=tuple(SavedWarning(**warning._asdict()) for warning in estimate_warnings(comparison, estimate)),
        assumptions=estimate_assumptions(comparison, estimate),
        training_range_usd=SavedRange(low=training[0], high=training[1]) if training else None,
        moves=tuple(SavedImpact(change=impact.change, usd=impact.usd) for impact in impacts),
        break_even=_break_even(payback) if payback else None,
        verdict=tuple(rule_sentences(comparison, estimate)),
        low=_figures(comparison, estimate, "low"),
        high=_figures(comparison, estimate, "high"),
        range=_percentiles(comparison, estimate) if comparison.scenario.ranged else UNSET,
    )


def _figures(comparison: Comparison, estimate: Estimate, end: Literal["low", "high"]) -> SavedFigures | UnsetType:
    if not comparison.scenario.ranged:
        return UNSET
    spans = {f"{figure}_usd": comparison.span(estimate, figure) for figure in get_args(Figure)}
    return SavedFigures(**{key: span and getattr(span, end) for key, span in spans.items()})


def _percentiles(comparison: Comparison, estimate: Estimate) -> SavedPercentiles | None:
    ranges = sample(comparison)
    total = ranges.percentiles(estimate.offer.id, "total") if ranges else None
    if ranges is None or total is None:
        return None
    share = ranges.pays_back_share(estimate.offer.id)
    return SavedPercentiles(p10_usd=total.p10, p50_usd=total.p50, p90_usd=total.p90, pays_back_share=share)


def _drivers(comparison: Comparison, estimate: Estimate) -> SavedDrivers:
    return SavedDrivers(
        offer=estimate.offer.id,
        assumed_spread=None if comparison.scenario.ranged else comparison.spread,
        inputs=tuple(
            SavedDriver(
                input=driver.name,
                low=driver.amount.low,
                high=driver.amount.high,
                total_at_low_usd=driver.at_low_usd,
                total_at_high_usd=driver.at_high_usd,
            )
            for driver in sensitivity(comparison, estimate)
        ),
    )


def _break_even(payback: BreakEven) -> SavedBreakEven:
    return SavedBreakEven(
        calls=payback.calls,
        day=payback.day,
        months=payback.months,
        saving_per_call_usd=payback.saving_per_call_usd,
        monthly_saving_usd=payback.monthly_saving_usd,
        covering_calls_per_month=payback.covering_calls_per_month,
        reason=payback.reason,
        net_usd=payback.net_usd,
    )


def _crossover(volume: Crossover) -> SavedCrossover:
    return SavedCrossover(
        offer=volume.gpus.offer.id,
        against=volume.per_token.offer.id,
        calls_per_month=volume.calls_per_month,
    )


def _base(comparison: Comparison, base: BaseEstimate) -> SavedBase:
    uncached = uncached_base(comparison)
    return SavedBase(
        **structs.asdict(_baseline(comparison, base)),
        lines=tuple(_line(line) for line in base.lines),
        monthly_usd_without_caching=uncached.monthly_usd if uncached else None,
    )


def _line(line: LineItem) -> SavedLine:
    return SavedLine(
        component=line.component,
        label=line.label,
        recurrence=line.recurrence,
        quantity=line.quantity,
        unit=line.unit,
        unit_price_usd=line.unit_price_usd,
        amount_usd=line.amount_usd,
        monthly_usd=line.monthly_usd,
        formula=line.formula,
        source=_source(line.price) if line.price else None,
    )


def _source(price: Price) -> SavedSource:
    source = price.source
    confidence = "yours" if price.yours else price.confidence
    return SavedSource(title=source.title, url=source.url, checked=source.checked, confidence=confidence)


def period_usd(result: SavedResult, offer: str, *, per_month: bool) -> Decimal | None:
    """Return the cost of a saved option over the horizon or an average month, US dollars; None if it is unknown."""
    option = result.option(offer)
    return (option.average_month_usd if per_month else option.horizon_total_usd) if option else None


def period_cost_text(result: SavedResult, offer: str, *, per_month: bool) -> str:
    """Return the cost of a saved option over the horizon or an average month: one amount, or a span."""
    estimate = result.find(offer)
    if estimate is None or not estimate.lines:
        return "–"
    usd = period_usd(result, offer, per_month=per_month)
    if usd is not None and usd == estimate.total_usd:
        return figure_text(estimate, "total_usd")
    return money(usd, whole=estimate.complete)


def figure_text(estimate: SavedOffer, key: FigureKey) -> str:
    """Return a figure of a saved estimate as text: one amount, or the span of a scenario with ranges."""
    whole = estimate.complete
    if estimate.low and estimate.high:
        low, high = getattr(estimate.low, key), getattr(estimate.high, key)
        if low is not None and high is not None:
            return money_span(low, high, whole=whole)
    return money(getattr(estimate, key), whole=whole)

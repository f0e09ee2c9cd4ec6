"""A scenario with every number fixed, as the functions of the cost model take it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from calculator.numeric import ONE, ZERO
from calculator.question.example_lengths import ExampleLengths
from calculator.question.file_acceptance import FileAcceptance
from calculator.question.keys import key_of
from calculator.question.quantities import Amount, Corner, Frequency, PromptChange, TokenRates
from calculator.question.scenario import Scenario, Serving
from pricing import Method

MONTHS_PER_YEAR = Decimal(12)
DAYS_PER_YEAR = Decimal(365)


class PointRates(NamedTuple):
    """The user's own prices in US dollars per 1M tokens."""

    training: Decimal
    """Zero for a base model, which isn't trained."""
    input: Decimal
    cached_input: Decimal | None
    output: Decimal


class CallSide(NamedTuple):
    """The tokens in which a call of the base model and one of the tuned model differ."""

    prompt_tokens: Decimal | None
    """None if the scenario has no prompt."""
    thinking_tokens: Decimal


class ResolvedScenario(NamedTuple):
    """One point of a scenario. Tokens are counts, shares are 0 to 1, money is US dollars."""

    examples: Decimal
    example_tokens: Decimal
    lengths: ExampleLengths | None
    """Lengths of the examples of a counted file."""
    acceptance: FileAcceptance | None
    """The platforms that don't take a counted file as it is."""
    epochs: Decimal | None
    """None: each platform's rule."""
    runs: Decimal
    calls_per_month: Decimal
    call_input_tokens: Decimal
    call_output_tokens: Decimal
    prompt_before_tokens: Decimal | None
    prompt_after_tokens: Decimal | None
    cached_share: Decimal | None
    """None: by the seller's own caching."""
    batch_share: Decimal
    days_per_month: Decimal
    months: Decimal
    growth_per_month: Decimal
    retrain_months: Decimal | None
    preparation_usd: Decimal
    data_gb: Decimal
    hosted_hours_per_day: Decimal
    hosted_hours_per_month: Decimal
    serving: Serving
    customer: str
    """Customer status as in the scenario; `customer_of` reads it."""
    method: Method | None
    training_hours: Decimal | None
    rates: PointRates | None
    base_rates: PointRates | None
    gpu_rate_usd: Decimal | None
    """The user's own price of a GPU-hour."""
    idle_hours: Decimal
    """Hours per run in which rented GPUs don't train."""
    queue_hours: Decimal
    """Hours per run spent waiting for GPUs; they are not billed."""
    models_sharing: Decimal
    """Tuned models with the same traffic that share the replicas."""
    states_calls: bool = True
    """The question gives a number of calls, if only zero."""
    peak: Decimal | None = None
    """Calls of the busiest hour over those of an average hour; None: the assumption."""
    least_replicas: Decimal = ONE
    throughput: Decimal = ZERO
    """Place of the throughput in its 80 % interval: 0 likely, −1 its low end, 1 its high end."""
    thinking_before_tokens: Decimal = ZERO
    """Hidden reasoning of a call before tuning, billed as output."""
    thinking_after_tokens: Decimal = ZERO
    validation_tokens: Decimal = ZERO
    """In all evaluations of a run."""
    grader: str | None = None
    """The model that grades a run of reinforcement tuning."""
    grader_tokens: tuple[Decimal, Decimal] = (ZERO, ZERO)
    """Its input and output tokens of a run."""
    unpacked: bool = False
    """Every example is padded to the longest sequence."""
    caching_calls_per_month: Decimal | None = None
    """Calls that keep a prompt in the seller's cache; None: those of the scenario."""
    sequence_tokens: Decimal | None = None
    """The longest sequence, as far as the question gives it."""

    @property
    def prompted(self) -> CallSide:
        """The call of the base model."""
        return CallSide(self.prompt_before_tokens, self.thinking_before_tokens)

    @property
    def tuned(self) -> CallSide:
        """The call of the tuned model."""
        return CallSide(self.prompt_after_tokens, self.thinking_after_tokens)

    @property
    def tuned_output_tokens(self) -> Decimal:
        """Output tokens of a call of the tuned model, thinking included."""
        thinking = self.thinking_after_tokens
        return self.call_output_tokens if thinking is ZERO else self.call_output_tokens + thinking

    @property
    def deployed(self) -> bool:
        """True if the tuned model is deployed: for calls, even none of them, or as dedicated capacity."""
        return self.states_calls or self.serving == "dedicated"


Pick = Callable[[str, Amount], Decimal]
"""Chooses the value of an input by its name, such as `epochs` or `call.input`."""


def ranged_inputs(scenario: Scenario) -> dict[str, Amount]:
    """Return the inputs that are ranges, by name (`epochs`, `call.input`), in the order in which they are resolved."""
    inputs: dict[str, Amount] = {}

    def note(name: str, amount: Amount) -> Decimal:
        if amount.is_range:
            inputs[name] = amount
        return amount.likely

    resolve(scenario, note)
    return inputs


def resolve_at(scenario: Scenario, name: str, value: Decimal) -> ResolvedScenario:
    """Return the scenario with one input at a value and the others at their likely values.

    Args:
        scenario: The scenario.
        name: The input, as in `ranged_inputs`.
        value: Its value.
    """
    return resolve(scenario, lambda key, amount: value if key == name else amount.likely)


def resolve_corner(scenario: Scenario, corner: Corner) -> ResolvedScenario:
    """Return the scenario at its cheapest (`low`), likely or most expensive (`high`) corner."""
    opposite: Corner = "high" if corner == "low" else "low" if corner == "high" else "likely"
    plan = resolve(scenario, lambda name, amount: amount.at(opposite if key_of(name).cheaper_when_higher else corner))
    return plan._replace(throughput={"low": ONE, "likely": ZERO, "high": -ONE}[corner])


def resolve(scenario: Scenario, pick: Pick) -> ResolvedScenario:
    """Return the scenario with every number, given or default, chosen by `pick`."""

    def at(key: str) -> Decimal:
        return pick(key, getattr(scenario, key))

    days, hosted = at("days"), at("hosted")
    call, prompt = scenario.call, scenario.prompt
    example_output = scenario.example.output
    examples = at("examples")
    example_tokens = pick("example.input", scenario.example.input) + (
        pick("example.output", example_output) if example_output else ZERO
    )
    prompt_before, prompt_after = _change("prompt", prompt, pick) if prompt else (None, None)
    thinking = _change("thinking", scenario.thinking, pick) if scenario.thinking else (ZERO, ZERO)
    return ResolvedScenario(
        examples=examples,
        example_tokens=example_tokens,
        lengths=scenario.lengths,
        acceptance=scenario.acceptance,
        epochs=None if scenario.epochs == "auto" else pick("epochs", scenario.epochs),
        runs=at("runs"),
        calls_per_month=_per_month(scenario.calls, pick, days) if scenario.calls else ZERO,
        call_input_tokens=pick("call.input", call.input) if call else ZERO,
        call_output_tokens=pick("call.output", call.output) if call and call.output else ZERO,
        prompt_before_tokens=prompt_before,
        prompt_after_tokens=prompt_after,
        cached_share=None if scenario.cached == "auto" else pick("cached", scenario.cached),
        batch_share=at("batch"),
        days_per_month=days,
        months=at("months"),
        growth_per_month=at("growth"),
        retrain_months=pick("retrain", scenario.retrain) if scenario.retrain else None,
        preparation_usd=at("prep"),
        data_gb=at("data_gb"),
        hosted_hours_per_day=hosted,
        hosted_hours_per_month=hosted * days,
        serving=scenario.serving,
        customer=scenario.customer,
        method=scenario.method,
        training_hours=pick("hours", scenario.hours) if scenario.hours else None,
        rates=_rates("rates", scenario.rates, pick) if scenario.rates else None,
        base_rates=_rates("base_rates", scenario.base_rates, pick) if scenario.base_rates else None,
        gpu_rate_usd=pick("gpu_rate", scenario.gpu_rate) if scenario.gpu_rate else None,
        idle_hours=at("idle"),
        queue_hours=at("queue"),
        models_sharing=Decimal(scenario.adapters),
        states_calls=scenario.calls is not None,
        peak=pick("peak", scenario.peak) if scenario.peak else None,
        least_replicas=Decimal(scenario.replicas),
        thinking_before_tokens=thinking[0],
        thinking_after_tokens=thinking[1],
        validation_tokens=_validation(scenario, pick, examples * example_tokens),
        grader=scenario.grader.model if scenario.grader else None,
        grader_tokens=_grader_tokens(scenario, pick),
        unpacked=scenario.packing == "off",
        sequence_tokens=Decimal(scenario.seq) if scenario.seq else None,
    )


def _change(key: str, change: PromptChange, pick: Pick) -> tuple[Decimal, Decimal]:
    """Return the tokens before and after tuning; what stays the same is one number, also where it is drawn."""
    before = pick(f"{key}.before", change.before)
    return before, before if change.before == change.after else pick(f"{key}.after", change.after)


def _grader_tokens(scenario: Scenario, pick: Pick) -> tuple[Decimal, Decimal]:
    grader = scenario.grader
    return (pick("grader.input", grader.input), pick("grader.output", grader.output)) if grader else (ZERO, ZERO)


def _validation(scenario: Scenario, pick: Pick, examples_tokens: Decimal) -> Decimal:
    """Return the validation tokens of a run, as stated or as a share of the tokens of the examples."""
    if scenario.validation is None:
        return ZERO
    value = pick("validation", scenario.validation.amount)
    return value * examples_tokens if scenario.validation.is_share else value


def _per_month(calls: Frequency, pick: Pick, days_per_month: Decimal) -> Decimal:
    count = pick("calls", calls.calls)
    match calls.period:
        case "hour":
            return count * 24 * days_per_month
        case "day":
            return count * days_per_month
        case "week":
            return count * days_per_month / 7
        case "month":
            return count
        case "year":
            return count / MONTHS_PER_YEAR


def _rates(key: str, rates: TokenRates, pick: Pick) -> PointRates:
    return PointRates(
        training=pick(f"{key}.training", rates.training) if rates.training else ZERO,
        input=pick(f"{key}.input", rates.input),
        cached_input=pick(f"{key}.cached_input", rates.cached_input) if rates.cached_input else None,
        output=pick(f"{key}.output", rates.output),
    )

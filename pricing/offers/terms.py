"""The terms of an offer: training rules, methods sold, serving of the tuned model, and last days. No I/O."""

from __future__ import annotations

from typing import Annotated

from pricing.files.record import Limits, Record
from pricing.price import SourceRef
from pricing.vocabulary import Count, Day, Deployable, LongFate, Method, ServingUse, Status, Usd


class EpochRule(Record):
    """A rule for the number of epochs: a default, changed so that examples × epochs stays within bounds."""

    default: Annotated[int, Limits(ge=1)]
    min_total_examples: Count | None = None
    max_total_examples: Count | None = None
    max_epochs: Count = 25


class LongExamples(Record):
    """The handling of examples over `max_tokens_per_example`."""

    are: LongFate
    """cut: trained on and billed up to the limit; left out: neither; unknown: all their tokens are counted."""
    source: SourceRef
    note: str | None = None


class GraderPrice(Record):
    """The price of a grader's tokens, US dollars per 1M."""

    input: Usd
    output: Usd


class Graders(Record):
    """The prices of the models that grade a run of reinforcement tuning."""

    source: SourceRef
    prices: dict[str, GraderPrice]
    note: str | None = None


class TrainingRules(Record):
    """The tokens that a platform bills for training, and the limits of what it accepts."""

    billed: str = "tokens of the examples × epochs"
    """The rule in words."""
    source: SourceRef
    bills_validation: bool | None = None
    """True if validation tokens cost as much as training tokens; None if no source says so."""
    graders: Graders | None = None
    """None if no source has the prices of model graders."""
    preview: bool = False
    """Training is a preview, whose price is to change: not sold for production."""
    bills_padding: bool = False
    """Without packing, an example is billed as the longest sequence."""
    auto_epochs: EpochRule | None = None
    """The meaning of `epochs=auto`; None if the platform publishes no rule."""
    auto_epochs_note: str | None = None
    min_epochs: Count | None = None
    max_epochs: Count | None = None
    min_examples: Count | None = None
    advised_examples: Count | None = None
    max_examples: Count | None = None
    max_job_tokens: Count | None = None
    """Most tokens of a job: those of the examples × epochs."""
    max_tokens_per_example: Count | None = None
    longer_examples: LongExamples | None = None
    """Goes with `max_tokens_per_example`."""
    note: str | None = None

    def _check(self) -> None:
        if (self.max_tokens_per_example is None) != (self.longer_examples is None):
            raise ValueError(
                "max_tokens_per_example and longer_examples belong together; add the missing one, "
                "such as longer_examples: {are: unknown, source: …}"
            )


class Lifecycle(Record):
    """The last days of training and inference. Days are inclusive for training, exclusive for inference."""

    source: SourceRef
    new_customers_until: Day | None = None
    """Last day on which a new customer may train."""
    training_ends: Day | None = None
    """Last day on which anyone may train."""
    inference_ends: Day | None = None
    """The day on which tuned models stop answering."""
    stated_status: Status | None = None
    """For platforms that announce no date, and for models that aren't offered."""
    note: str | None = None

    def _check(self) -> None:
        if self.training_ends and self.inference_ends and self.training_ends > self.inference_ends:
            raise ValueError("training_ends is later than inference_ends")
        if self.training_ends and self.new_customers_until and self.new_customers_until > self.training_ends:
            raise ValueError("new_customers_until is later than training_ends")


class MethodTerms(Record):
    """The training methods that a platform sells for a model. A method that isn't listed or priced isn't sold."""

    source: SourceRef
    one_price_buys: tuple[Method, ...] = ()
    """The methods that the training price without a method buys."""
    undisclosed: tuple[Method, ...] = ()
    """Methods that this price may buy: the platform doesn't disclose which weights its supervised tuning trains."""
    no_price: tuple[Method, ...] = ()
    """Methods that are sold, without a price on record."""
    note: str | None = None

    def _check(self) -> None:
        listed = (*self.one_price_buys, *self.undisclosed, *self.no_price)
        repeated = sorted({method for method in listed if listed.count(method) > 1})
        if repeated:
            raise ValueError(f"{repeated[0]} is listed twice; keep it in one of the lists")


class _Statement(Record):
    """A fact about serving, with its source."""

    source: SourceRef
    note: str | None = None


class Use(_Statement):
    """The use that the inference prices are sold for."""

    value: ServingUse
    why: str | None = None
    """One sentence; required unless it is production."""

    def _check(self) -> None:
        if self.value != "production" and not self.why:
            raise ValueError(f"why is missing; say in one sentence why the use is {self.value}")


class Deployment(_Statement):
    """Whether the platform serves the tuned model."""

    value: Deployable
    why: str | None = None
    """One sentence; required unless it is yes."""

    def _check(self) -> None:
        if self.value != "yes" and not self.why:
            raise ValueError(f"why is missing; say in one sentence why deployable is {self.value}")


class ServingLimit(_Statement):
    """A published whole number: tokens of context, adapters on a deployment, tokens a minute of a unit."""

    value: Count


class RateLimit(_Statement):
    """The published limits of calls to a tuned model, on the platform's ordinary terms."""

    tokens_per_minute: Count | None = None
    most_tokens_per_minute: Count | None = None
    """The largest limit that the platform publishes, such as that of enterprise agreements."""
    requests_per_minute: Count | None = None

    def _check(self) -> None:
        if self.tokens_per_minute is None and self.requests_per_minute is None:
            raise ValueError("give tokens_per_minute or requests_per_minute, or both")


class ServingTerms(Record):
    """The serving of a tuned model. Each of an offer's own values replaces the shared one of the same name."""

    use: Use | None = None
    deployable: Deployment | None = None
    max_context_tokens: ServingLimit | None = None
    """Most tokens of a call, prompt and answer together."""
    adapters_per_deployment: ServingLimit | None = None
    """LoRA adapters that share one deployment without an extra charge; None if sharing isn't known to be sold."""
    unit_tokens_per_minute: ServingLimit | None = None
    """Tokens a minute that one provisioned unit carries, by the platform's own figure."""
    rate_limit: RateLimit | None = None

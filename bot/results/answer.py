"""The types of a saved answer: baseline, options and verdict.

The codes are written out, because stored results and other programs rely on them. A new code of the calculator fails
the type check of `bot.render.answer.results` until it is added here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Number = Annotated[Decimal, Meta(extra_json_schema={"pattern": r"^-?\d+(\.\d+)?$"})]
"""A decimal number, written as a string in full precision and without an exponent."""
Usd = Annotated[Number, Meta(description="US dollars")]

Group = Literal[
    "same_model",
    "same_class",
    "smaller",
    "class_a",
    "class_b",
    "class_c",
    "class_d",
    "class_e",
    "class_f",
    "unknown_class",
]
SetAsideCode = Literal[
    "filtered_out",
    "filter_unknown",
    "labels_only",
    "not_offered",
    "ended",
    "closed_to_new_customers",
    "not_for_production",
    "cannot_be_deployed",
    "method_not_sold",
    "does_not_fit",
    "over_limits",
    "refuses_file",
    "too_small",
    "unknown_price",
    "ends_soon",
    "training_ends",
]
Answer = Literal["yes", "no", "different_model", "not_enough"]
Reason = Literal[
    "pays_back",
    "too_few_calls",
    "never_pays",
    "no_difference",
    "other_model_pays",
    "successor_cheaper",
    "range_decides",
    "no_calls",
    "no_base",
    "base_unknown",
    "base_ends",
    "none_usable",
]


class SavedBaseline(Struct, frozen=True, kw_only=True):
    """Prompting the base model today, with its prompt and its calls."""

    model: str
    provider: str
    complete: Annotated[bool, Meta(description="Whether calls are given and every price is known")]
    monthly_usd: Annotated[Usd | None, Meta(description="One full month before growth")]
    total_usd: Annotated[
        Usd | None, Meta(description="Over the horizon: the base model until it ends, then the model that replaces it")
    ]
    ends: Annotated[
        date | None, Meta(description="The first day without the base model; null if it answers over the horizon")
    ] = None
    successor: Annotated[str | None, Meta(description="The model that is priced from that day on")] = None
    successor_monthly_usd: Annotated[Usd | None, Meta(description="One full month of it, for the same calls")] = None
    priced_until: Annotated[
        date | None,
        Meta(description="The first day without a known price of prompting; options are compared until then"),
    ] = None


class SavedSetAside(Struct, frozen=True, kw_only=True):
    """The reason why an option is never recommended."""

    code: SetAsideCode
    sentence: str


class SavedOption(Struct, frozen=True, kw_only=True):
    """An offer against the baseline. Costs are of equal periods, so that options can be compared."""

    offer: Annotated[str, Meta(description="The offer's id; its lines are in `estimates`")]
    group: Annotated[
        Group,
        Meta(description="Its model against the baseline's; without a baseline, its class"),
    ]
    model_class: Annotated[str | None, Meta(description="The capability class; null if unknown")] = field(name="class")
    class_reason: Annotated[str | None, Meta(description="How it compares with the baseline's, or why that is unknown")]
    usable: Annotated[bool, Meta(description="Whether it may be recommended")]
    set_aside: Annotated[SavedSetAside | None, Meta(description="Why it is never recommended; null if it is usable")]
    monthly_vs_baseline_usd: Annotated[
        Usd | None, Meta(description="Its month − a month of prompting: negative if it saves")
    ]
    pays_back: Annotated[date | None, Meta(description="The day on which the savings have paid for the training")]
    pays_back_reason: Annotated[str | None, Meta(description="Why there is no day, or that it is beyond the horizon")]
    horizon_total_usd: Annotated[
        Usd | None,
        Meta(
            description="Over the whole horizon, with prompting after the model's end; "
            "null if it ends earlier and there is no baseline, and if nothing is known"
        ),
    ]
    average_month_usd: Annotated[Usd | None, Meta(description="One-off and recurring cost ÷ the months priced")]


class SavedVerdict(Struct, frozen=True, kw_only=True):
    """The answer to “should we fine-tune?”."""

    answer: Annotated[
        Answer,
        Meta(
            description="yes: the same model, or one of its class, costs less than prompting over the horizon. "
            "different_model: only another model does, if it passes an evaluation. no: no usable option does, or too "
            "little to matter. not_enough: the base model, one of its prices, or the calls are missing, the base model "
            "has ended or soon does, or a range of the question decides"
        ),
    ]
    reason: Annotated[Reason | None, Meta(description="Why; null in a result saved before there were reasons")] = None
    saving_usd: Annotated[
        Usd | None, Meta(description="Prompting − the option over the compared months; negative if it costs more")
    ] = None
    saving_low_usd: Annotated[Usd | None, Meta(description="The least saving over the question's ranges")] = None
    saving_high_usd: Annotated[Usd | None, Meta(description="The most saving over the question's ranges")] = None
    option: Annotated[str | None, Meta(description="The id of the offer it is about; null if no offer is usable")]
    because: str
    threshold_calls_per_day: Annotated[
        int | None,
        Meta(
            description="The calls a day from which tuning the same model or class, else the option, costs less than "
            "prompting, and than the base model's successor from today on if the base model ends and it costs less"
        ),
    ]
    threshold_offer: Annotated[str | None, Meta(description="The id of the offer that the threshold is of")]
    next_step: str
    nearest: Annotated[str | None, Meta(description="The nearest usable offer of the catalogue, if none is usable")]

"""The example whose figures anybody can check on paper.

10,000 examples × (250 + 150) tokens × 3 epochs = 12M training tokens, at $10 per 1M: $120.00 once.
50,000 calls a day × 30 days = 1.5M calls a month. Input 1.5M × 100 = 150M tokens at $3: $450.00.
Output 1.5M × 70 = 105M tokens at $6: $630.00. Together $1,080.00 a month.
First month: 120 + 1,080 = $1,200.00. A year: 120 + 12 × 1,080 = $13,080.00.
"""

from __future__ import annotations

FIELDS = {
    "on": "your-rates",
    "rates": "10/3/6",
    "examples": "10k",
    "example": "250/150",
    "epochs": "3",
    "calls": "50k/day",
    "days": "30",
    "call": "100/70",
}
FORM = FIELDS | {"base": "nothing"}
"""The same in the form, which asks for the model that is used today."""
OFFER = "Your rate"
"""The title of the offer with the `rates` of the question."""
LINE = " ".join(f"{key}={value}" for key, value in FIELDS.items())

LABEL = "Tuned, at your rates"
FIGURES = {LABEL: "$120 once, $1,080 a month"}
"""The labelled line of its card."""
BREAKDOWN = {"Training": "$120.00", "Input tokens": "$5,400.00", "Output tokens": "$7,560.00", "Total": "$13,080.00"}
"""Over the year: 12 × 450 and 12 × 630 beside the training."""

"""A catalogue of one platform whose prices and ends a test sets, beside the example of `support_bot`.

One at Acme trains at $10, reads at $3 and writes at $6 per 1M tokens, so that the example costs $13,080.00 over a year:
120 once, 12 × 450 of input and 12 × 630 of output.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pricing import Catalog, load_catalog
from tests.bot import support_bot

ON = "acme/one"
NAME = "One (Acme)"
LINE = " ".join(f"{key}={value}" for key, value in support_bot.FIELDS.items() if key not in ("on", "rates"))
"""The example without its offers."""


def price_rows(usd: str, *since: tuple[str, str]) -> str:
    """Return one price: the first value, then one for each (price, first day)."""
    rows = [f"{{usd: {usd}, per: 1M tokens, source: page, confidence: high}}"]
    rows += [f"{{usd: {later}, per: 1M tokens, source: page, confidence: high, since: {day}}}" for later, day in since]
    return f"[{', '.join(rows)}]"


def offer(
    name: str = "one",
    *,
    training: str = "10",
    input: str = "3",
    input_later: tuple[str, str] | None = None,
    hosting: str | None = None,
    ends: str = "",
) -> str:
    """Return the YAML of one offer; `ends` such as `training_ends: 2027-01-06, inference_ends: 2027-01-14`."""
    lines = [
        f"  {name}:",
        f"    title: {name.title()}",
        f"    model: {name}-v1",
        "    prices:",
        f"      training: {price_rows(training)}",
        f"      input: {price_rows(input, *([input_later] if input_later else []))}",
        f"      output: {price_rows('6')}",
    ]
    if hosting:
        lines.append(f"      hosting: {{usd: {hosting}, per: hour, source: page, confidence: high}}")
    if ends:
        lines.append(f"    lifecycle: {{source: page, {ends}}}")
    return "\n".join(lines)


@cache
def catalogue(*offers: str) -> Catalog:
    """Return a catalogue with these offers, by default with One alone."""
    sources = "sources: {page: {title: Acme prices, url: 'https://acme.test/prices', checked: 2026-11-01}}"
    text = "\n".join(["platform: acme", "title: Acme", sources, "offers:", *(offers or (offer(),)), ""])
    with TemporaryDirectory() as folder:
        (Path(folder) / "acme.yml").write_text(text, encoding="utf-8")
        return load_catalog(providers_dir=Path(folder))

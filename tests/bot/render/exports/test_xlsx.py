"""The spreadsheet goes on calculating, and gives what the calculator gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.render.exports.xlsx import MAX_FORMULA_LENGTH, to_xlsx
from calculator import INPUT_LABELS, average_month, estimate, horizon_total, in_formulas, read_scenario
from pricing import Catalog
from tests.bot import support_bot
from tests.calculator.questions import different_offers
from tests.spreadsheet import Book

TODAY = date(2026, 11, 21)
EVERYTHING = {
    "examples": "10k", "example": "250/150", "epochs": "3", "runs": "2", "calls": "50k/day",
    "call": "100/70", "prompt": "2000->100", "base": "gpt-4o-mini", "cached": "80%", "batch": "50%", "days": "30",
    "months": "36", "growth": "5%", "retrain": "3", "prep": "500", "data_gb": "2", "hosted": "8h", "hours": "4",
    "customer": "existing", "rates": "10/3/1.5/6", "lengths": "65536:399/390,131072:399.5/395,200000:400",
}  # fmt: skip
CHANGED = {
    "examples": "1000", "epochs": "5", "runs": "3", "calls": "20k/day", "cached": "30%", "months": "24", "growth": "2%",
    "retrain": "5", "days": "28", "hosted": "10h",
}  # fmt: skip
TYPED = CHANGED | {"calls": "20000", "cached": "0.3", "growth": "0.02", "hosted": "10"}


def everything(catalog: Catalog) -> dict[str, str]:
    """The fields of a question with every key, for an offer of each way of charging."""
    return EVERYTHING | {"on": ",".join([*different_offers(catalog), "azure/qwen-32b@global", "azure/o4-mini@global"])}


def book(catalog: Catalog, fields: dict[str, str]) -> Book:
    return Book(to_xlsx(estimate(read_scenario(fields), catalog, TODAY), catalog))


def test_lines_are_formulas_of_the_inputs(catalog: Catalog) -> None:
    workbook = book(catalog, support_bot.FIELDS)
    assert workbook.formulas["Lines"] == {
        "E2": "examples*(example_input+example_output)*epochs/1000000*runs",
        "G2": "rates_training",
        "H2": "E2*G2",
        "E3": "calls*days*call_input/1000000*months",
        "G3": "rates_input",
        "H3": "E3*G3",
        "I3": "(calls*days*call_input/1000000)*G3",
        "E4": "calls*days*call_output/1000000*months",
        "G4": "rates_output",
        "H4": "E4*G4",
        "I4": "(calls*days*call_output/1000000)*G4",
    }
    assert [(row["Item"], row["Amount, USD"]) for row in workbook.rows("Lines")] == [
        ("Training", 120),
        ("Input tokens", 5_400),
        ("Output tokens", 7_560),
    ]


def test_changed_input_changes_the_total(catalog: Catalog) -> None:
    """5 epochs: 20M tokens at $10: $200.00; 10,000 calls a day are a fifth of $1,080.00: $216.00 a month, six of them
    $1,296.00; together $1,496.00.
    """
    workbook = book(catalog, support_bot.FIELDS)
    workbook.put("epochs", "5")
    workbook.put("calls", "10000")
    workbook.put("months", "6")
    (offer,) = workbook.rows("Offers")
    assert (offer["One-off, USD"], offer["A month, USD"], offer["Total, USD"]) == (200, 216, 1_496)


def test_recalculated_offers_equal_the_calculator(catalog: Catalog) -> None:
    """Minimum charges, truncation, ends of models, tiers, growth and retraining follow the inputs too."""
    workbook = book(catalog, everything(catalog))
    for name, value in TYPED.items():
        workbook.put(name, value)
    comparison = estimate(read_scenario(everything(catalog) | CHANGED), catalog, TODAY)
    expected = {entry.offer.id: entry for entry in comparison.estimates if entry.lines}
    rows = {row["Id"]: row for row in workbook.rows("Offers") if row["Id"] in expected}
    assert len(rows) == len(expected) > 10
    for offer, row in rows.items():
        entry = expected[str(offer)]
        total = horizon_total(comparison, entry)  # with prompting after the end of a model
        figures = {"One-off, USD": entry.one_off, "A month, USD": entry.monthly, "Total, USD": total}
        figures["Average month, USD"] = average_month(comparison, entry)
        for title, total in figures.items():
            if total.usd is None:
                assert row.get(title) == (None if total.whole else "unknown"), (offer, title)
            else:
                assert row[title] == pytest.approx(total.usd, rel=Decimal("1e-10")), (offer, title)
    (prompted,) = [row for row in workbook.rows("Offers") if row["Group"] == "prompted, not tuned"]
    assert comparison.base is not None
    assert comparison.base.total_usd is not None
    assert prompted["Total, USD"] == pytest.approx(comparison.base.total_usd, rel=Decimal("1e-10"))


def test_epochs_by_a_platforms_rule_follow_the_examples(catalog: Catalog) -> None:
    """OpenAI: 3 epochs, fewer where examples × epochs would pass 25,000: 8,000 × 3, 20,000 × 1, at $5 per 1M."""
    fields = {"on": "openai/gpt-4.1-mini", "examples": "8000", "example": "400", "epochs": "auto"}
    workbook = book(catalog, fields)
    (offer,) = workbook.rows("Offers")
    assert offer["One-off, USD"] == 48
    workbook.put("examples", "20000")
    (offer,) = workbook.rows("Offers")
    assert offer["One-off, USD"] == 40


def test_own_gpus_follow_the_inputs(catalog: Catalog) -> None:
    """How many GPUs train together is chosen once, so that it is asked for here; how many serve follows the calls."""
    fields = support_bot.FIELDS | {"on": "gpu", "gpus": "1", "model": "llama-3.1-8b", "idle": "2h", "growth": "5%"}
    workbook = book(catalog, fields)
    for name, value in {"examples": "20000", "idle": "1", "calls": "500000", "months": "6"}.items():
        workbook.put(name, value)
    changed = fields | {"examples": "20k", "idle": "1h", "calls": "500k/day", "months": "6"}
    answer = estimate(read_scenario(changed), catalog, TODAY)
    expected = {entry.offer.id: entry for entry in answer.estimates if entry.complete}
    rows = {row["Id"]: row for row in workbook.rows("Offers") if row["Id"] in expected}
    assert rows
    differing = [
        name for name, row in rows.items() if row["Total, USD"] != pytest.approx(expected[str(name)].total_usd)
    ]
    assert differing == []


@pytest.mark.parametrize(
    ("fields", "fixed"),
    [
        ({"on": "gpu", "model": "llama-3.1-8b"}, {"example.input", "example.output", "call.input", "call.output"}),
        ({"on": "together/gemma-3-12b"}, {"call.input", "call.output"}),
        ({"on": "your-rates"}, set()),
    ],
)
def test_tokens_that_gpus_were_chosen_for_are_fixed(catalog: Catalog, fields: dict[str, str], fixed: set[str]) -> None:
    """A longer example or call may need other GPUs, which no formula finds."""
    scenario = support_bot.FIELDS | fields
    inputs = {field.key for field in in_formulas(read_scenario(scenario), catalog, TODAY).inputs}
    assert {"example.input", "example.output", "call.input", "call.output"} - inputs == fixed
    instruction = book(catalog, scenario).cells["Scenario"]["A4"]
    assert ("to change those, ask again" in str(instruction)) == bool(fixed)


def test_every_input_has_a_meaning(catalog: Catalog) -> None:
    fields = EVERYTHING | {
        "on": "all,gpu",
        "model": "llama-3.1-8b",
        "base_rates": "1/0.5/2",
        "queue": "1",
        "idle": "1",
    }
    keys = {entry.key for entry in in_formulas(read_scenario(fields), catalog, TODAY).inputs}
    assert keys <= INPUT_LABELS.keys()


def test_cached_cell_values_equal_the_formulas(catalog: Catalog) -> None:
    workbook = book(catalog, everything(catalog))
    for at, cached in workbook.cached["Offers"].items():
        assert workbook.value("Offers", at) == pytest.approx(cached, rel=Decimal("1e-9"), abs=Decimal("1e-9")), at


def test_no_formula_is_longer_than_a_spreadsheet_takes(catalog: Catalog) -> None:
    workbook = book(catalog, everything(catalog) | {"months": "60"})
    assert max(map(len, workbook.formulas["Lines"].values())) <= MAX_FORMULA_LENGTH


def test_unknown_amount_is_text_not_zero(catalog: Catalog) -> None:
    """Hourly training without hours= has no quantity."""
    workbook = book(catalog, {key: text for key, text in everything(catalog).items() if key != "hours"})
    unknown = [row for row in workbook.rows("Lines") if row["Amount, USD"] == "unknown"]
    assert unknown
    names = {row["Offer"] for row in unknown}
    offers = list(workbook.rows("Offers"))
    assert {row["Complete"] for row in offers if row["Offer"] in names} == {"no, at least"}
    (qwen,) = [row for row in offers if row["Id"] == "azure/qwen-32b@global"]
    assert (qwen["A month, USD"], qwen["Total, USD"]) == ("unknown", 500), "of the parts, only prep= is known"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil.example","x")', "+1+1", "@SUM(A1)", "-2+3", "{=1+1}"])
def test_name_is_text_and_no_formula(catalog: Catalog, name: str) -> None:
    workbook = book(catalog, support_bot.FIELDS | {"name": name})
    assert workbook.cells["Scenario"]["A1"] == name.replace('"', "'")
    assert workbook.formulas["Scenario"] == {}


def test_the_same_answer_is_the_same_file(catalog: Catalog) -> None:
    comparison = estimate(read_scenario(support_bot.FIELDS), catalog, TODAY)
    assert to_xlsx(comparison, catalog) == to_xlsx(comparison, catalog)

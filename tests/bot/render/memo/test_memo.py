"""The decision memo: one page whose text, read back, holds the figures of the answer."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.cli.main import main
from bot.render.answer.breakdown import breakdown_table, numbered_sources
from bot.render.answer.card import card
from bot.render.answer.comparison import short_table
from bot.render.answer.results import build_result
from bot.render.memo.content import Memo, Part, SourceNote, build_memo
from bot.render.memo.pdf import memo_pdf
from bot.render.parts.short import full_day
from bot.render.parts.tables import Table
from calculator import Comparison, estimate, read_scenario
from pricing import Catalog

DAY = date(2026, 11, 21)
TRAFFIC = "examples=10k example=400/200 epochs=3 calls=20k/day call=1500/150"
QUESTIONS = {
    "many offers": f"on=all {TRAFFIC} base=gpt-4.1-mini",
    "ranges": "on=google/gemini-3.1-flash-lite examples=5k..10k example=400 calls=10k..30k/day call=1500/150 "
    "base=gpt-4.1-mini",
    "rented GPUs": "on=gpu model=qwen3-14b gpu=h100 method=lora examples=10k example=800 calls=20k/day call=300/150",
}


def compare(line: str, catalog: Catalog, **more: str) -> Comparison:
    return estimate(read_scenario(dict(word.split("=", 1) for word in line.split()) | more), catalog, DAY)


def read_back(pdf: bytes) -> str:
    """The text of the only page, its white space collapsed."""
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(page.extract_text().split())


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_page_has_every_figure_of_the_answer(question: str, catalog: Catalog) -> None:
    """The card, the comparison, the breakdown and its sources, each word for word."""
    comparison = compare(question, catalog, name="Support bot")
    text = read_back(memo_pdf(build_memo(comparison, link="https://team.slack.com/archives/C1/p2")))
    answer, featured = card(comparison), comparison.featured
    assert featured is not None
    sources = numbered_sources(comparison, featured)
    tables = (short_table(comparison), breakdown_table(comparison, featured, sources))
    expected = [
        "Support bot",
        answer.verdict,
        answer.next_step,
        *answer.sentences,
        *(text for _, text in answer.figures),
    ]
    expected += [cell for table in tables for row in table.rows for cell in row]
    expected += [source.url for source in sources if source.url]
    expected += [full_day(DAY), comparison.catalog_version, "https://team.slack.com/archives/C1/p2", "staff time"]
    for part in expected:
        assert " ".join(part.split()) in text


NAMES = {
    "Поддержка клиентов": "Поддержка клиентов",
    "Εξυπηρέτηση · dépôt №5": "Εξυπηρέτηση · dépôt №5",
    "W" * 60: "W" * 40,  # the line breaks in the word
    "\u202egnp.exe": "gnp.exe",
    "{nb} **bold** %s <b>x</b> (\\) /JS": "{nb} **bold** %s <b>x</b> (\\) /JS",
    "bot \U00010000 one": "bot □ one",  # no font here has Linear B
    "\x1b[31mred\x00\r\nnext": "[31mred next",
}


def test_hostile_names_are_text(catalog: Catalog) -> None:
    comparison = compare("on=your-rates rates=10/3/6 examples=10k example=400", catalog, name="{nb}")
    memo = build_memo(comparison)
    memo = memo._replace(figures=tuple((name, "$1") for name in NAMES), parts=())
    pdf = memo_pdf(memo)
    text = read_back(pdf)
    for printed in NAMES.values():
        assert printed in text
    assert text.count("{nb}") == 2
    assert memo_pdf(memo) == pdf, "the same memo is the same file"


LETTERS = st.text(st.characters(max_codepoint=0x500), max_size=300)


@settings(max_examples=2)
@given(st.lists(LETTERS, min_size=9, max_size=9), st.integers(20, 60))
def test_any_text_makes_one_page(texts: list[str], count: int) -> None:
    name, verdict, question, label, cell, title, item, source, footer = texts
    table = Table((label, "USD"), ("left", "right"), ((cell, "$1"), (title, "")) * 8)
    sources = (SourceNote(source, f"https://example.com/{source}"),) * count
    parts = (Part(title, (item[:200],), table, (item,) * count, sources), Part(label, table=table))
    memo = Memo(name[:80], verdict[:200], question, ((label[:60], "$1"),), item[:200], parts, footer, DAY)
    assert len(PdfReader(io.BytesIO(memo_pdf(memo))).pages) == 1


def test_corrected_price_is_named(catalog: Catalog) -> None:
    """12M tokens at $10: $120.00 in the answer that was given, and $60.00 at half the price."""
    line = "on=your-rates examples=10k example=400 epochs=3"
    quoted = build_result(compare(f"{line} rates=10/3/6", catalog))
    assert "priced again" not in build_memo(compare(f"{line} rates=10/3/6", catalog), quoted=quoted).footer
    footer = build_memo(compare(f"{line} rates=5/3/6", catalog), quoted=quoted).footer
    assert (
        f"priced again: the answer of {full_day(DAY)} said $120.00, with catalogue {quoted.catalog_version}" in footer
    )


def test_terminal_writes_a_memo_to_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["on=your-rates rates=10/3/6 examples=10k example=400", "--format", "pdf"]) == 2
    assert capsys.readouterr().err == "A decision memo needs a file: add --out, such as --out estimate.pdf.\n"
    path = tmp_path / "memo.pdf"
    line = "on=your-rates rates=10/3/6 examples=10k example=400 epochs=3"
    assert main([line, "--format", "pdf", "--out", str(path), "--as-of", str(DAY)]) == 0
    assert capsys.readouterr().out == f"Wrote {path}.\n"
    assert "$120.00" in read_back(path.read_bytes()), "12M tokens at $10"

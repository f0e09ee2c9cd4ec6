"""Text as an attacker, a cat or a broken client would send it, and the time it may cost."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from calculator import KEYS

ALLOWED_SECONDS = 1.0
"""Of the processor, for one answer: a busy machine does not count."""

LONG = settings.get_current_profile_name() == "fuzz"


def examples(bounded: int) -> settings:
    """So many examples in `make test`; in `make fuzz` as many as its profile says."""
    return settings() if LONG else settings(max_examples=bounded)


PIECES = st.sampled_from(
    [
        *(f"{key}=" for key in KEYS),
        *("estimate ", "breakeven ", "models ", "price ", "show ", "diff ", "compare ", "audit ", "count "),
        *("watch ", "unwatch ", "actual ", "budget ", "keys ", "list ", " over ", "5%", "$50", "/month", "2026-12"),
        *(" ", "\t", "\n", "\0", '"', "“", "”", "'", "`", "```", ",", ";", "=", "==", "->", "→", "..", "/", "|", "%"),
        *("10k", "1e999", "-1", "٣", "½", "1_000", "9" * 60, "0x10", "NaN", "Infinity", "1/0", "3..5", "5..3", "k/day"),
        *(
            "all",
            "openai",
            "your-rates",
            "10/3/6",
            "gpt-4o-mini",
            "<!channel>",
            "<@U1>",
            "<http://a|b>",
            "&lt;",
            "&amp;",
        ),
        *("{0}", "%s", "${x}", "\u202e", "\u200d", "\ufeff", "🎉", "\ud800", "=cmd()", "+1", "@x", "../../etc/passwd"),
        *(
            "'; DROP TABLE estimates; --",
            "\\",
            "\x1b[2J",
            "\r\n",
            "x" * 300,
            " " * 300,
            "=" * 300,
            '"' * 300,
            "[" * 300,
        ),
    ]
)
pieced = st.lists(PIECES, max_size=40).map("".join)
text = st.one_of(pieced, st.text(max_size=200), st.builds(lambda part, n: part * n, pieced, st.integers(1, 60)))
short = st.one_of(st.text(max_size=40), PIECES)

# What JSON can carry; strings as above.
plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), short)
anything = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(short, inner, max_size=4)), max_leaves=8
)


@st.composite
def damaged(draw: st.DrawFn, whole: dict[str, Any], most: int = 3) -> dict[str, Any]:
    """A payload of which some parts are something else, or missing."""
    payload: dict[str, Any] = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, most))):
        holder, key = draw(st.sampled_from(list(_places(payload))))
        if draw(st.booleans()) or isinstance(holder, list):
            holder[key] = draw(anything)
        else:
            del holder[key]
        if not payload:
            break
    return payload


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a payload that can be changed: what holds it, and its key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield value, key
        yield from _places(part)


@contextmanager
def in_time(subject: object) -> Iterator[None]:
    """Raises where the processor was busy for longer than one answer may take. Looking through what Hypothesis keeps
    for garbage may take longer than that, and is left for later.
    """
    gc.disable()
    began = time.thread_time()
    try:
        yield
        took = time.thread_time() - began
    finally:
        gc.enable()
    assert took < ALLOWED_SECONDS, f"{took:.2f} s for {subject!r:.200}"


def outcome(ask: Callable[[], object], *allowed: type[Exception]) -> Exception | None:
    """The refusal of what is not read; anything else that is raised passes through and fails the test."""
    refusal = None
    try:
        ask()
    except allowed as error:
        refusal = error
    assert refusal is None or str(refusal).strip()
    return refusal

"""Signed slash commands, beside an empty Bolt AsyncApp in its default setting: one that opens the form, and one that
asks for an estimate in one line, which is written down before it is acknowledged.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import uvloop

from benchmarks.load import LINE, Measured, run, signed_command
from benchmarks.servers import bot, drained, empty_bolt, slack_stub

ROUNDS = 5
LOADS = ((1, 300), (16, 3_000))  # connections, requests a round
LINE_LOADS = ((1, 100), (16, 600))


def main() -> None:
    with slack_stub() as api_url, empty_bolt(api_url) as bolt_port, bot(api_url) as (bot_port, _, _):
        ports = {"empty Bolt AsyncApp, default": bolt_port, "ftcost": bot_port}
        aim = "3 × the throughput at no more than its p99"
        print(f"Slash command that opens the form (median of {ROUNDS} interleaved rounds; aim: {aim})")
        for connections, count in LOADS:
            _compare(connections, count, ports, "", lambda: None)
        print(f"\nEstimate in one line, acknowledged (median of {ROUNDS} interleaved rounds; aim: the same throughput)")
        for connections, count in LINE_LOADS:
            _compare(connections, count, ports, LINE, lambda: drained(bot_port))
    print()


def _compare(connections: int, count: int, ports: dict[str, int], text: str, between: Callable[[], object]) -> None:
    """`between` rounds what the last one left is worked off, which is not measured here."""
    found: dict[str, list[Measured]] = {name: [] for name in ports}
    for port in ports.values():  # one round to warm up
        uvloop.run(run(port, connections, [signed_command(port, text, number) for number in range(50)]))
    for _ in range(ROUNDS):
        for name, port in ports.items():
            between()
            requests = [signed_command(port, text, number) for number in range(count)]
            found[name].append(uvloop.run(run(port, connections, requests)))
    between()
    rates = {name: statistics.median(one.requests_per_second for one in runs) for name, runs in found.items()}
    p99 = {name: statistics.median(one.p99_ms for one in runs) for name, runs in found.items()}
    label = f"{connections:>2} connection{'s' if connections > 1 else ' '}"
    for name, runs in found.items():
        p50 = statistics.median(one.p50_ms for one in runs)
        print(f"  {label}  {name:<28} {rates[name]:7,.0f} a second  p50 {p50:6.2f} ms  p99 {p99[name]:6.2f} ms")
    base, ours = ports
    ratios = [b.requests_per_second / a.requests_per_second for a, b in zip(found[base], found[ours], strict=True)]
    print(f"  {label}  throughput × {statistics.median(ratios):.2f}, p99 × {p99[ours] / p99[base]:.2f}")

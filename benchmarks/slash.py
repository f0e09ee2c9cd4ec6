"""Signed slash commands, compared with an empty Bolt AsyncApp with default options: one command opens the form, one
asks for an estimate in one line, which is stored before it is acknowledged.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import uvloop

from benchmarks.load import LINE, Measured, send, signed_command
from benchmarks.servers import bot, drained, empty_bolt, slack_stub

ROUNDS = 5
LOADS = ((1, 300), (16, 3_000))  # connections, requests a round
LINE_LOADS = ((1, 100), (16, 600))


def main() -> None:
    with slack_stub() as api_url, empty_bolt(api_url) as bolt_port, bot(api_url) as (bot_port, _, _):
        ports = {"empty Bolt AsyncApp, default": bolt_port, "ftcost": bot_port}
        aim = "at 16 connections 1.5 × the throughput at no more than its p99"
        print(f"Slash command that opens the form (median of {ROUNDS} interleaved rounds; aim: {aim})")
        for connections, count in LOADS:
            _compare(connections, count, ports, "", lambda: None)
        aim = "at 16 connections 0.8 × the throughput at no more than its p99"
        print(f"\nEstimate in one line, acknowledged (median of {ROUNDS} interleaved rounds; aim: {aim})")
        for connections, count in LINE_LOADS:
            _compare(connections, count, ports, LINE, lambda: drained(bot_port))
    print()


def _compare(connections: int, count: int, ports: dict[str, int], text: str, between: Callable[[], object]) -> None:
    """Print both servers' figures and their ratio. `between` rounds the accepted work is finished, unmeasured."""
    runs_of: dict[str, list[Measured]] = {name: [] for name in ports}
    for port in ports.values():  # one round to warm up
        uvloop.run(send(port, connections, [signed_command(port, text, number) for number in range(50)]))
    for _ in range(ROUNDS):
        for name, port in ports.items():
            between()
            requests = [signed_command(port, text, number) for number in range(count)]
            runs_of[name].append(uvloop.run(send(port, connections, requests)))
    between()
    rates = {name: statistics.median(run.requests_per_second for run in runs) for name, runs in runs_of.items()}
    p99 = {name: statistics.median(run.p99_ms for run in runs) for name, runs in runs_of.items()}
    label = f"{connections:>2} connection{'s' if connections > 1 else ' '}"
    for name, runs in runs_of.items():
        p50 = statistics.median(run.p50_ms for run in runs)
        print(f"  {label}  {name:<28} {rates[name]:7,.0f} a second  p50 {p50:6.2f} ms  p99 {p99[name]:6.2f} ms")
    baseline, product = ports
    ratios = [
        b.requests_per_second / a.requests_per_second for a, b in zip(runs_of[baseline], runs_of[product], strict=True)
    ]
    print(f"  {label}  throughput × {statistics.median(ratios):.2f}, p99 × {p99[product] / p99[baseline]:.2f}")

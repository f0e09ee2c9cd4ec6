"""Signed slash commands, compared with an empty Bolt AsyncApp with default options: one command opens the form, one
asks for an estimate in one line, which is stored before it is acknowledged.

Throughput depends on what else the machine does. The processor time of a request does so much less.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import NamedTuple

import uvloop

from benchmarks.load import LINE, Measured, send, signed_command
from benchmarks.servers import bot, drained, empty_bolt, processor_seconds, slack_stub

ROUNDS = 5
LOADS = ((1, 300), (16, 3_000))  # connections, requests a round
LINE_LOADS = ((1, 100), (16, 600))


class Server(NamedTuple):
    """A running server: its port and its process."""

    port: int
    pid: int


class Round(NamedTuple):
    """One round's figures, and the server's processor time of a request."""

    measured: Measured
    processor_ms: float


def main() -> None:
    with (
        slack_stub() as api_url,
        empty_bolt(api_url) as (bolt_port, bolt),
        bot(api_url) as (bot_port, bot_process, _),
    ):
        servers = {
            "empty Bolt AsyncApp, default": Server(bolt_port, bolt.pid),
            "ftcost": Server(bot_port, bot_process.pid),
        }
        aim = "at 16 connections 1.5 × the throughput at no more than its p99"
        print(f"Slash command that opens the form (median of {ROUNDS} interleaved rounds; aim: {aim})")
        for connections, count in LOADS:
            _compare(connections, count, servers, "", lambda: None)
        aim = "at 16 connections 0.8 × the throughput at no more than its p99"
        print(f"\nEstimate in one line, acknowledged (median of {ROUNDS} interleaved rounds; aim: {aim})")
        for connections, count in LINE_LOADS:
            _compare(connections, count, servers, LINE, lambda: drained(bot_port))
    print()


def _compare(
    connections: int, count: int, servers: dict[str, Server], text: str, between: Callable[[], object]
) -> None:
    """Print both servers' figures and their ratio. `between` rounds the accepted work is finished, unmeasured."""
    rounds_of: dict[str, list[Round]] = {name: [] for name in servers}
    for port, _ in servers.values():  # one round to warm up
        uvloop.run(send(port, connections, [signed_command(port, text, number) for number in range(50)]))
    for _ in range(ROUNDS):
        for name, (port, pid) in servers.items():
            between()
            requests = [signed_command(port, text, number) for number in range(count)]
            used_s = processor_seconds(pid)
            measured = uvloop.run(send(port, connections, requests))
            rounds_of[name].append(Round(measured, (processor_seconds(pid) - used_s) / count * 1_000))
    between()
    rate, p50, p99 = (
        {name: statistics.median(getattr(run.measured, figure) for run in rounds) for name, rounds in rounds_of.items()}
        for figure in ("requests_per_second", "p50_ms", "p99_ms")
    )
    processor_ms = {name: min(run.processor_ms for run in rounds) for name, rounds in rounds_of.items()}
    label = f"{connections:>2} connection{'s' if connections > 1 else ' '}"
    for name in servers:
        print(
            f"  {label}  {name:<28} {rate[name]:7,.0f} a second  p50 {p50[name]:6.2f} ms  p99 {p99[name]:6.2f} ms  "
            f"processor {processor_ms[name]:.2f} ms"
        )
    baseline, product = servers
    ratio = statistics.median(
        b.measured.requests_per_second / a.measured.requests_per_second
        for a, b in zip(rounds_of[baseline], rounds_of[product], strict=True)
    )
    print(
        f"  {label}  throughput × {ratio:.2f}, p99 × {p99[product] / p99[baseline]:.2f}, "
        f"processor × {processor_ms[product] / processor_ms[baseline]:.2f}"
    )

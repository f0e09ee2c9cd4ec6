"""The processor time of a terminal's answer, from a cold start and with the snapshots of the price files in place."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

ROUNDS = 7
AIM_S = 0.35
COMMANDS = {
    "estimate": [
        "on=all examples=10k example=250/150 epochs=3 calls=50k/day call=100/70 base=gpt-4.1-mini prompt=1500->100"
    ],
    "in words": [
        "Should we fine-tune GPT-4.1 mini on 10k chats of 600 tokens? 20k calls a day, prompt 1500, answers 150"
    ],
    "fit": ["fit", "llama-3.1-8b", "lora", "h100", "seq=2048"],
}


def main() -> None:
    seconds: dict[str, list[float]] = {}
    for arguments in COMMANDS.values():
        _processor_seconds(arguments)  # writes what is missing
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            seconds.setdefault(name, []).append(_processor_seconds(arguments))
    print(f"Terminal, processor time from a cold start (of {ROUNDS} interleaved runs; aim: {AIM_S} s)")
    for name, values in seconds.items():
        print(f"  {name:<10} {min(values):.2f} s at least, {statistics.median(values):.2f} s in the middle")
    print()


def _processor_seconds(arguments: list[str]) -> float:
    # With compiled modules, as deployed.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "bot.cli.main", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"ftcost {' '.join(arguments)} failed")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()

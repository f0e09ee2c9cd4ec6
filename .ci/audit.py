"""Ask pip-audit about a lock file, and fail only on what it found: a machine without network has nothing to say.

Exit code 1 where a locked version has a known weakness.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SECONDS = 120
# What Python's HTTP clients call a server that is not there.
AWAY = re.compile(r"Connection|Proxy|Time(d )?out|Max retries|SSLError|name resolution")


def main(lock_file: str) -> int:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--requirement", lock_file, "--require-hashes", "--disable-pip"]
        command += ["--progress-spinner", "off", "--timeout", "10", "--format", "json", "--output", str(report)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
        except subprocess.TimeoutExpired:
            return _skipped(f"no answer within {SECONDS} s")
        if not report.exists() or not report.read_text():
            said = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
            if AWAY.search(said):
                return _skipped(said)
            print(f"pip-audit failed: {said}")
            return 1
        found: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"]
    weak = [package for package in found if package.get("vulns")]
    for package in weak:
        for weakness in package["vulns"]:
            fixed = ", ".join(weakness["fix_versions"]) or "none yet"
            print(f"{package['name']} {package['version']}: {weakness['id']}, fixed in {fixed}")
    if weak:
        return 1
    unknown = [package for package in found if package.get("skip_reason")]
    if len(unknown) == len(found):
        return _skipped("its database knows none of the packages; it cannot be reached from here")
    print(f"pip-audit: nothing is known against {len(found) - len(unknown)} packages")
    if unknown:
        print(f"pip-audit skipped what its database does not have: {', '.join(package['name'] for package in unknown)}")
    return 0


def _skipped(why: str) -> int:
    print(f"pip-audit skipped: {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

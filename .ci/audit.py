"""Check a lock file with pip-audit. A machine without network passes, because it can't reach the database.

The exit code is 1 if a locked version has a known vulnerability.
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
# The words of Python's HTTP clients for a server that can't be reached.
UNREACHABLE = re.compile(r"Connection|Proxy|Time(d )?out|Max retries|SSLError|name resolution")


def main(lock_file: str) -> int:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--requirement", lock_file, "--require-hashes", "--disable-pip"]
        command += ["--progress-spinner", "off", "--timeout", "10", "--format", "json", "--output", str(report)]
        try:
            process = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)  # noqa: S603
        except subprocess.TimeoutExpired:
            return _skip(f"no answer within {SECONDS} s")
        if not report.exists() or not report.read_text():
            error = (process.stderr.strip().splitlines() or ["no output"])[-1]
            if UNREACHABLE.search(error):
                return _skip(error)
            print(f"pip-audit failed: {error}")
            return 1
        packages: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"]
    vulnerable = [package for package in packages if package.get("vulns")]
    for package in vulnerable:
        for vulnerability in package["vulns"]:
            fixed = ", ".join(vulnerability["fix_versions"]) or "none yet"
            print(f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed}")
    if vulnerable:
        return 1
    unknown = [package for package in packages if package.get("skip_reason")]
    if len(unknown) == len(packages):
        return _skip("its database lists none of the packages, so it can't be reached from here")
    print(f"pip-audit: no known vulnerability in {len(packages) - len(unknown)} packages")
    if unknown:
        names = ", ".join(package["name"] for package in unknown)
        print(f"pip-audit skipped packages that its database doesn't list: {names}")
    return 0


def _skip(reason: str) -> int:
    print(f"pip-audit skipped: {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

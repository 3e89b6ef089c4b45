"""Run the benchmarks, print one table, exit with 1 if a required figure was missed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from .figures import Figure, Pace, Skipped, table
from .places import RECORDINGS

SUITES = (
    "writes", "reads", "access", "jobs", "start", "plugin_new", "studio_kernel", "studio_master", "billing_ledger",
    "distribution_messages", "royalties_splits", "flood", "connections", "webhooks", "pages", "facts",
    "backup", "search", "sign_in",
)  # fmt: skip


def main() -> int:
    options = _options()
    if (load := os.getloadavg()[0]) > 0.5:
        print(f"Something else is running (load average {load:.1f}): the figures are not to be trusted.")
    if options.recordings:
        os.environ[RECORDINGS] = options.recordings
    figures: list[Figure] = []
    for name in options.suites or SUITES:
        measure: Callable[[Pace], list[Figure]] = import_module(f"bench.{name}").measure
        try:
            found = measure(Pace.quick() if options.quick else Pace())
        except Skipped as reason:
            print(f"{name} skipped: {reason}\n")
            continue
        print(table(found), end="\n\n", flush=True)
        figures += found
    if options.json:
        options.json.write_text(json.dumps([figure.record() for figure in figures], indent=1) + "\n")
    missed = [figure.name for figure in figures if figure.passed is False]
    print(f"missed: {', '.join(missed)}" if missed else "Every required figure was reached.")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="suite", help=", ".join(SUITES))
    parser.add_argument("--quick", action="store_true", help="shorter and fewer rounds")
    parser.add_argument("--recordings", metavar="FOLDER", help="master these instead of music composed here")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

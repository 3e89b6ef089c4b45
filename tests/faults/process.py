"""One process of the platform under test: `python -m tests.faults.process web|worker [port]`."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib.metadata import EntryPoint, entry_points

from maxbooster.app import App
from maxbooster.cli.listening import listening
from maxbooster.cli.serve import serve_web, work
from maxbooster.jobs.job import QUEUES
from maxbooster.observe import logs
from maxbooster.plugins import registry
from maxbooster.plugins.installed import GROUP
from maxbooster.settings import read

SUITES = {
    "orders": ("tests.faults.orders", ()),
    "money": ("tests.faults.shops", ("billing", "billing.stripe")),
}
"""The plugin of the tests' own, and what it is about."""


def app() -> App:
    own, about = SUITES[os.environ.get("FAULTS_SUITE", "orders")]
    entries = [
        *(entry for entry in entry_points(group=GROUP) if entry.name.startswith("core") or entry.name in about),
        EntryPoint("faults", own, GROUP),
    ]
    return App(read(), registry=registry.load(entries=entries))


def main() -> None:
    logs.configure(level="error")
    if sys.argv[1] == "web":
        asyncio.run(serve_web(app(), listening(f"127.0.0.1:{sys.argv[2]}")))
    else:
        asyncio.run(work(app(), QUEUES))


if __name__ == "__main__":
    main()

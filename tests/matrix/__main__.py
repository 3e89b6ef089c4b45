"""`python -m tests.matrix`: who may do what on a running server; ends with 1 where that is not as the policy says."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from maxbooster.observe import logs
from maxbooster.testing import services

from . import grants, operations
from .cells import all_cells, ask
from .server import running
from .strangers import Report, Visit
from .table import Table


def main() -> int:
    arguments = _arguments()
    logs.configure(level="error")
    failed = False
    for kind in arguments.databases:
        began = monotonic()
        table, strangers, shared = asyncio.run(_run(kind))
        faults = [*table.wrong_allows, *table.wrong_refusals, *strangers.faults, *shared.faults]
        by_grant = f"{shared.requests} requests by grants: {len(shared.faults)} went wrong."
        totals = f"{table.totals(strangers)} {by_grant} {monotonic() - began:.1f} s"
        print(table.text(), *faults, f"{kind}: {totals}", sep="\n")
        failed = failed or bool(faults)
        if arguments.markdown is not None:
            page = table.markdown(strangers, by_grant)
            arguments.markdown.write_text(page, "utf-8")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"])
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="Write the table there, too.")
    return parser.parse_args()


async def _run(kind: str) -> tuple[Table, Report, grants.Report]:
    with tempfile.TemporaryDirectory(prefix="maxbooster-matrix-") as folder, _database(kind, Path(folder)) as url:
        async with running(Path(folder), url) as platform:
            found = operations.read(await platform.description(), platform.app)
            table = Table(await ask(platform, all_cells(found, platform.app.policy)))
            shared = await grants.ask(platform, found)
            return table, await Visit(platform, found)(), shared


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'maxbooster.db'}"
        return
    server = services.postgres()
    url = services.create_database(server)
    try:
        yield url
    finally:
        services.drop_database(server, url)


if __name__ == "__main__":
    sys.exit(main())

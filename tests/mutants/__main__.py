"""Break one thing at a time in the modules where a silent fault costs most, and see whether their tests notice.

`make mutants MODULE=clock` for one module, `make mutants` for all; `SAMPLE=60` takes so many of each at random, which
says about as much in a fraction of the time. Each changes a copy, never the working tree.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / ".build" / "mutants"
TARGET = 0.85
_COSMIC = str(Path(sys.executable).with_name("cosmic-ray"))


@dataclass(frozen=True)
class Module:
    """`source`: files of a distribution; `tests`: the quick ones that state what the files do."""

    distribution: str
    source: tuple[str, ...]
    tests: tuple[str, ...]
    timeout_s: float = 60.0


_DELIVERIES = "maxbooster_distribution/deliveries"
_ROYALTIES = "maxbooster_distribution/royalties"
_LEDGER = "maxbooster_billing/ledger"
MODULES = {
    "clock": Module("plugins/distribution", (f"{_DELIVERIES}/clock.py",), ("tests/distribution/test_clock.py",)),
    "states": Module("plugins/distribution", (f"{_DELIVERIES}/states.py",), ("tests/distribution/test_clock.py",)),
    "jobs": Module(
        "core", ("maxbooster/jobs/queries.py",), ("tests/core/test_job_fence.py", "tests/core/test_jobs.py"), 180.0
    ),
    "proofs": Module(
        "core",
        ("maxbooster/auth/proofs.py",),
        (
            "tests/core/auth/test_registration.py",
            "tests/core/auth/test_accounts.py",
            "tests/core/auth/attacks/test_link_attacks.py",
            "tests/core/auth/attacks/test_recovery.py",
        ),
        180.0,
    ),
    "storage": Module(
        "core",
        ("maxbooster/storage/upload.py", "maxbooster/storage/tus.py", "maxbooster/storage/ranges.py"),
        ("tests/core/storage/test_tus_protocol.py", "tests/core/storage/test_downloads.py"),
        180.0,
    ),
    "ledger": Module(
        "plugins/billing",
        (f"{_LEDGER}/posting.py", f"{_LEDGER}/transfers.py", f"{_LEDGER}/verify.py"),
        (
            "tests/billing/test_ledger_pure.py",
            "tests/billing/test_ledger_proof.py",
            "tests/billing/test_ledger_migration.py",
            "tests/billing/one_app",
        ),
        240.0,
    ),
    "royalties": Module(
        "plugins/distribution",
        (f"{_ROYALTIES}/amounts.py", f"{_ROYALTIES}/shares.py", f"{_ROYALTIES}/reading.py"),
        ("tests/distribution/royalties/test_reading.py", "tests/distribution/royalties/test_shares.py"),
        120.0,
    ),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(MODULES)))
@click.option("--sample", type=click.IntRange(1), help="So many mutants of each module, picked at random; else all.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which ones are picked.")
def mutants(names: tuple[str, ...], sample: int | None, seed: int) -> None:
    """Exit status 1 if fewer than 85 % of the mutants of a module were killed."""
    low = [name for name in names or MODULES if _run(name, MODULES[name], sample, seed) < TARGET]
    if low:
        raise click.ClickException(f"Below {TARGET:.0%}: {', '.join(low)}. docs/mutants.md says how to go on.")


def _run(name: str, module: Module, sample: int | None, seed: int) -> float:
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / module.distribution, folder / "copy", ignore=shutil.ignore_patterns("web", "node_modules"))
    config, session = folder / "config.toml", folder / "session.sqlite"
    config.write_text(_config(module, folder / "copy"), "utf-8")
    _cosmic_ray(("init", config, session), folder / "copy")
    _filter_types(config, session)
    if sample is not None:
        _leave_out_all_but(session, sample, seed)
    _cosmic_ray(("exec", config, session), folder / "copy")
    killed, survivors = _outcome(session, folder / "copy")
    total = killed + len(survivors)
    click.echo(f"{name}: {killed} of {total} killed ({killed / total:.0%})")
    for each in survivors:
        click.echo(f"  survived: {each}")
    return killed / total


def _config(module: Module, copy: Path) -> str:
    paths = ", ".join(json.dumps(str(copy / each)) for each in module.source)
    tests = f"{sys.executable} -m pytest -x -q -p no:cacheprovider {' '.join(module.tests)}"
    return (
        f"[cosmic-ray]\nmodule-path = [{paths}]\ntimeout = {module.timeout_s}\nexcluded-modules = []\n"
        f"test-command = {json.dumps(tests)}\n[cosmic-ray.distributor]\nname = 'local'\n"
        "[cosmic-ray.filters.operators-filter]\nexclude-operators = ['core/ReplaceBinaryOperator_BitOr_.*']\n"
    )


def _cosmic_ray(command: tuple[str | Path, ...], copy: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [_COSMIC, *map(str, command)], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout


def _filter_types(config: Path, session: Path) -> None:
    """`date | None` is a type here, never evaluated: no test can notice another operator."""
    subprocess.run([_COSMIC.replace("cosmic-ray", "cr-filter-operators"), session, config], cwd=ROOT, check=True)


def _leave_out_all_but(session: Path, sample: int, seed: int) -> None:
    from cosmic_ray.work_db import use_db
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    with use_db(str(session)) as database:
        pending = sorted(database.pending_work_items, key=_place)
        random.Random(seed).shuffle(pending)
        for item in pending[sample:]:
            result = WorkResult(output="Not in the sample", worker_outcome=WorkerOutcome.SKIPPED)
            database.set_result(item.job_id, result)


def _place(item: Any) -> list[tuple[str, ...]]:
    """Of a mutant, the same in every run; its id is not."""
    return [
        (str(each.module_path), str(each.start_pos), each.operator_name, str(each.occurrence))
        for each in item.mutations
    ]


def _outcome(session: Path, copy: Path) -> tuple[int, list[str]]:
    killed, survivors = 0, []
    for item, result in _results(_cosmic_ray(("dump", session), copy)):
        if result["worker_outcome"] == "skipped":
            continue
        if result["test_outcome"] == "survived":
            [mutation] = item["mutations"]
            place = Path(mutation["module_path"]).relative_to(copy)
            changed = [
                line for line in result["diff"].splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
            ]
            survivors.append(
                f"{place}:{mutation['start_pos'][0]}  {'  →  '.join(each[1:].strip() for each in changed)}"
            )
        else:
            killed += 1
    return killed, survivors


def _results(dump: str) -> Iterator[tuple[Any, Any]]:
    for line in dump.splitlines():
        item, result = json.loads(line)
        if result is not None:
            yield item, result


if __name__ == "__main__":
    mutants()

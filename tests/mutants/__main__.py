"""Break one thing at a time in the modules where a silent fault costs most, and see whether their tests notice.

`make mutants MODULE=clock` for one module, `make mutants` for all. Each changes a copy, never the working tree.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
        ("tests/core/auth/test_registration.py", "tests/core/auth/test_accounts.py"),
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
        ("tests/billing/one_app",),
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
def mutants(names: tuple[str, ...]) -> None:
    """Exit status 1 if fewer than 85 % of the mutants of a module were killed."""
    low = [name for name in names or MODULES if _run(name, MODULES[name]) < TARGET]
    if low:
        raise click.ClickException(f"Below {TARGET:.0%}: {', '.join(low)}. docs/mutants.md says how to go on.")


def _run(name: str, module: Module) -> float:
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / module.distribution, folder / "copy", ignore=shutil.ignore_patterns("web", "node_modules"))
    config, session = folder / "config.toml", folder / "session.sqlite"
    config.write_text(_config(module, folder / "copy"), "utf-8")
    for command in (("init", config, session), ("exec", config, session)):
        _cosmic_ray(command, folder / "copy")
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
    )


def _cosmic_ray(command: tuple[str | Path, ...], copy: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [_COSMIC, *map(str, command)], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout


def _outcome(session: Path, copy: Path) -> tuple[int, list[str]]:
    killed, survivors = 0, []
    for item, result in _results(_cosmic_ray(("dump", session), copy)):
        if result["test_outcome"] == "survived":
            [mutation] = item["mutations"]
            place = Path(mutation["module_path"]).relative_to(copy)
            changed = [line for line in result["diff"].splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
            survivors.append(f"{place}:{mutation['start_pos'][0]}  {'  →  '.join(each[1:].strip() for each in changed)}")
        else:
            killed += 1
    return killed, survivors


def _results(dump: str) -> Iterator[tuple[dict[str, object] | dict, dict]]:  # type: ignore[type-arg]
    for line in dump.splitlines():
        item, result = json.loads(line)
        if result is not None:
            yield item, result


if __name__ == "__main__":
    mutants()

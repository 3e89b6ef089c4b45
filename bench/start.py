"""Starting: budgets, because there is nothing to compare with but patience."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

from tests.contract.site import note_installed

from maxbooster.plugins import templates
from maxbooster.plugins.kinds import Kind
from maxbooster.plugins.registry import load
from maxbooster.testing.services import free_port

from . import places
from .figures import Figure, Pace, Skipped

HEAVY = (
    "aiohttp", "boto3", "botocore", "duckdb", "fastapi", "jax", "librosa", "matplotlib", "numpy", "onnxruntime",
    "pandas", "pedalboard", "polars", "pyarrow", "pydantic", "scipy", "sklearn", "soundfile", "tensorflow", "textual",
    "torch", "transformers",
)  # fmt: skip
"""What no part of the core may import."""
FAMILIES, CONNECTORS = 10, 120


def measure(pace: Pace) -> list[Figure]:
    program = _program()
    helps = [_cpu_s([program, "--help"]) for _ in range(pace.rounds)]
    ready = [_ready_s(program) for _ in range(pace.rounds)]
    heavy = _heavy()
    with places.folder() as site:
        _install_many(site)
        many = {"PYTHONPATH": str(site)}
        many_helps = [_cpu_s([program, "--help"], many) for _ in range(pace.rounds)]
        many_ready = [_ready_s(program, many) for _ in range(pace.rounds)]
    grown = f"with {FAMILIES} families and {CONNECTORS} connectors"
    return [
        Figure("maxbooster --help, CPU", median(helps), "s", budget=0.4),
        Figure(f"… {grown}", median(many_helps), "s", budget=0.4),
        Figure("maxbooster up, until ready", median(ready), "s", budget=3.0, note="on an empty folder"),
        Figure(f"… {grown}", median(many_ready), "s", budget=3.0, note="on an empty folder"),
        Figure("heavy libraries imported by the core", len(heavy), "", budget=0, note=", ".join(heavy)),
    ]


def _program() -> str:
    beside = Path(sys.executable).with_name("maxbooster")
    found = str(beside) if beside.exists() else shutil.which("maxbooster")
    if found is None:
        raise Skipped("the command `maxbooster` is not installed: pip install -e core")
    return found


def _install_many(site: Path) -> None:
    """What `plugin new` writes, in one folder, as pip would install it, until there are so many."""
    registry = load()
    kinds = [kind for _, kind in registry.collect("register_kinds", Kind)]
    there = [plugin.name for plugin, _ in registry.enabled()]
    wanted = [(f"kin{number}", "family") for number in range(FAMILIES - sum("." not in name for name in there))]
    wanted += [(f"quay{number}", "outlet") for number in range(CONNECTORS - sum("." in name for name in there))]
    for name, template in wanted:
        templates.new(registry, kinds, name=name, template=template, into=site)
        note_installed(site / name)
        for found in (site / name).glob("maxbooster*"):
            found.rename(site / found.name)


def _cpu_s(command: list[str], also: dict[str, str] | None = None) -> float:
    """User and system time of a command, by wait4(2)."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | (also or {}))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def _ready_s(program: str, also: dict[str, str] | None = None) -> float:
    """From the command until `/health/ready` answers 200, migrations of an empty database included."""
    port = free_port()
    with places.folder() as data:
        began = time.perf_counter()
        process = subprocess.Popen(
            [program, "up", "--listen", f"127.0.0.1:{port}"],
            env=os.environ | (also or {}) | {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_LOG_LEVEL": "error"},
            stderr=subprocess.DEVNULL,
        )
        try:
            while not _is_ready(port):
                if process.poll() is not None or time.perf_counter() - began > 60:
                    raise RuntimeError("`maxbooster up` did not become ready")
                time.sleep(0.01)
            return time.perf_counter() - began
        finally:
            process.terminate()
            process.wait()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    return False


def _heavy() -> list[str]:
    """Of `HEAVY`, what is loaded once the whole core is."""
    asking = "import json, sys, maxbooster.cli.serve, maxbooster.http.assembly; print(json.dumps(list(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", asking], check=True, stdout=subprocess.PIPE, text=True)
    return sorted({name.partition(".")[0] for name in json.loads(answer.stdout)} & set(HEAVY))

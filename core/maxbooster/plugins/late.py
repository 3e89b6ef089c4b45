"""Public names of a module that are imported when they are first named."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any


def late_imports(module: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a module that offers what other modules of its package hold.

    Its names stand once, where type checkers read them too, as explicit re-exports (PEP 484) from relative modules:

        if TYPE_CHECKING:
            from .ledger.posting import post as post
        else:
            __getattr__, __dir__ = late_imports(__name__)
    """
    namespace = vars(sys.modules[module])

    @cache
    def found() -> dict[str, tuple[str, str]]:
        return dict(_re_exports(inspect.getsource(sys.modules[module])))

    def get(name: str) -> Any:
        if name == "__all__":
            return sorted(found())
        if name.startswith("__") or name not in found():
            raise AttributeError(f"{module} has no {name!r}")
        below, attribute = found()[name]
        value = namespace[name] = getattr(import_module(f".{below}", namespace["__package__"]), attribute)
        return value

    return get, lambda: sorted({*namespace, *found()})


def _re_exports(source: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """(public name, (relative module, its name there)) of each `X as X` at the top and under `if TYPE_CHECKING:`."""
    for statement in ast.parse(source).body:
        late = isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"
        for imported in statement.body if late else [statement]:  # type: ignore[attr-defined]
            if isinstance(imported, ast.ImportFrom):
                for alias in imported.names:
                    if alias.asname:
                        yield alias.asname, (imported.module or "", alias.name)

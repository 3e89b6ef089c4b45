"""Finds calls that hold up the event loop, in the source of what runs on it: handlers and whatever of their own package
they call. Nothing is imported or run for it.

A call that is meant is marked as for ruff: `# noqa: ASYNC251`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any

from msgspec import Struct

_THREAD = "await asyncio.to_thread(…)"
_HTTP = "await ctx.http.request(…)"
_PROCESS = "await asyncio.create_subprocess_exec(…)"
_CONNECT = "await asyncio.open_connection(…)"
_HTTPX = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "Client")
_SUBPROCESS = ("run", "call", "check_call", "check_output", "getoutput", "Popen")
INSTEAD = {
    "time.sleep": "await asyncio.sleep(…)",
    "requests": _HTTP,
    "urllib3": _HTTP,
    "urllib.request.urlopen": _HTTP,
    "urllib.request.urlretrieve": _HTTP,
    "http.client.HTTPConnection": _HTTP,
    "http.client.HTTPSConnection": _HTTP,
    **{f"httpx.{name}": _HTTP for name in _HTTPX},
    **{f"subprocess.{name}": _PROCESS for name in _SUBPROCESS},
    "os.system": _PROCESS,
    "os.popen": _PROCESS,
    "socket.create_connection": _CONNECT,
    "socket.getaddrinfo": "await loop.getaddrinfo(…)",
    "socket.gethostbyname": "await loop.getaddrinfo(…)",
    "smtplib": "the job that compose(…) queues",
    "sqlite3.connect": _THREAD,
    "psycopg.connect": _THREAD,
}
"""What blocks → what to write instead. A module stands for everything in it. Opening a file is not listed: a small one
that is at hand takes less time than a thread."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_MEANT = re.compile(r"#\s*noqa:.*\bASYNC")


class Blocking(Struct, frozen=True):
    """A call that blocks. `place` is `package/module.py:line`."""

    place: str
    call: str
    instead: str


class _Module(Struct, frozen=True):
    name: str
    place: Path
    lines: list[str]
    functions: dict[str, _Function]
    imports: dict[str, str]
    """Name in this module → what it stands for, dotted."""


class Search:
    """Of several handlers, whose functions are looked at once."""

    def __init__(self) -> None:
        self._seen: set[_Function] = set()

    def blocking_calls(self, handler: Callable[..., Any]) -> list[Blocking]:
        """What blocks in an `async` handler, and in functions of its own package that it calls."""
        module = _module(handler.__module__)
        declared = module.functions.get(handler.__qualname__) if module else None
        if module is None or not isinstance(declared, ast.AsyncFunctionDef):
            return []
        return list(self._in(module, declared))

    def _in(self, module: _Module, function: _Function) -> Iterator[Blocking]:
        """Functions within are looked at where they are called: others run elsewhere, in a thread or a transaction."""
        if function in self._seen:
            return
        self._seen.add(function)
        inner = {node.name: node for node in ast.walk(function) if isinstance(node, _Function) and node is not function}
        for call in _calls(function.body):
            name = _dotted(call.func)
            known = inner.get(name) or module.functions.get(name)
            if known is not None:
                yield from self._in(module, known)
                continue
            full = _full(name, module.imports)
            if instead := _instead(full):
                if not _MEANT.search(module.lines[call.lineno - 1]):
                    yield Blocking(f"{module.place}:{call.lineno}", f"{full}()", instead)
            elif (found := _elsewhere(module, full)) is not None:
                yield from self._in(*found)


def _calls(body: list[ast.stmt]) -> Iterator[ast.Call]:
    nodes: list[ast.AST] = list(body)
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, _Function | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Call):
            yield node
        nodes += ast.iter_child_nodes(node)


def _elsewhere(module: _Module, full: str) -> tuple[_Module, _Function] | None:
    """A function of another module of the same package."""
    place, _, name = full.rpartition(".")
    if not place or place.partition(".")[0] != module.name.partition(".")[0]:
        return None
    other = _module(place)
    found = other.functions.get(name) if other else None
    return (other, found) if other is not None and found is not None else None


def _dotted(node: ast.expr) -> str:
    """`urllib.request.urlopen` of such an expression; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def _full(name: str, imports: dict[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return f"{imports[first]}{dot}{rest}" if first in imports else ""


def _instead(full: str) -> str | None:
    return INSTEAD.get(full) or INSTEAD.get(full.partition(".")[0])


@lru_cache(maxsize=1024)
def _module(name: str) -> _Module | None:
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return None
    file = Path(spec.origin)
    source = file.read_text("utf-8")
    tree = ast.parse(source)
    depth = len(name.split(".")) + (file.name == "__init__.py")
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    functions = {node.name: node for node in tree.body if isinstance(node, _Function)}
    return _Module(name, Path(*file.parts[-depth:]), source.splitlines(), functions, dict(_imports(tree, package)))


def _imports(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (first := alias.name.partition(".")[0], first)
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package) if node.level else node.module or ""
            for alias in node.names:
                yield alias.asname or alias.name, f"{source}.{alias.name}"

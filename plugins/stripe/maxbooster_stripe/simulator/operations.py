"""Which operations the simulator answers: each is named as in the SDK, which knows its method, path and parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .store import Object
    from .work import Work

Answer = Callable[["Work"], "Object"]


@dataclass(frozen=True)
class Operation:
    name: str
    """As in `StripeClient.v1`: `payment_intents.confirm`."""
    method: str
    path: re.Pattern[str]
    parameters: Any
    """The SDK's TypedDict of the request, or None where it has no parameters."""
    answer: Answer


_answers: dict[str, Answer] = {}


def operation(name: str) -> Callable[[Answer], Answer]:
    """Answer the SDK's operation of that name."""

    def register(answer: Answer) -> Answer:
        _answers[name] = answer
        return answer

    return register


@cache
def operations() -> tuple[Operation, ...]:
    """Literal paths before those with an id in the same place."""
    found = [_described(name, answer) for name, answer in _answers.items()]
    return tuple(sorted(found, key=lambda one: one.path.groups))


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    for one in operations():
        if one.method == method and (match := one.path.fullmatch(path)):
            return one, match.groupdict()
    return None


def _described(name: str, answer: Answer) -> Operation:
    *services, function = name.split(".")
    module, service = _service(services)
    request, parameters = _methods(module, service)[function]
    method, path = (ast.literal_eval(argument) for argument in _method_and_path(request))
    pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return Operation(name, method.upper(), re.compile(pattern), parameters, answer)


def _service(names: list[str]) -> tuple[str, str]:
    module, service = "stripe._v1_services", "V1Services"
    for name in names:
        module, service = import_module(module)._subservices[name]
    return module, service


@cache
def _methods(module: str, service: str) -> dict[str, tuple[ast.Call, Any]]:
    """Of each method of a service: the call that makes its request, and the type of its parameters."""
    tree = ast.parse(Path(str(import_module(module).__file__)).read_text(encoding="utf-8"))
    sources = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == service]
    found = {}
    for function in body:
        if isinstance(function, ast.FunctionDef) and (request := _request(function)):
            kinds = re.findall(r"\w+Params", "".join(ast.unparse(a) for a in function.args.args))
            found[function.name] = request, getattr(import_module(str(sources[kinds[0]])), kinds[0]) if kinds else None
    return found


def _request(function: ast.FunctionDef) -> ast.Call | None:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_request":
            return node
    return None


def _method_and_path(request: ast.Call) -> tuple[ast.expr, ast.expr]:
    path = request.args[1]
    if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):  # "…/{charge}".format(charge=…)
        path = path.func.value
    return request.args[0], path

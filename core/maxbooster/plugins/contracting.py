"""Which migrations take something away from the version before, while its processes may still be running.

An upgrade without downtime expands first (tables, columns that may be empty), and contracts in a later release, when no
running version needs what goes. A migration that contracts says so, and why it may: `contracts = "…"`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

REASON = "contracts"
_DROPS = {"drop_column", "drop_table", "rename_table"}


def contracting(source: str) -> Iterator[str]:
    """What the `upgrade` of a migration takes away, unless it says why it may."""
    module = ast.parse(source)
    if any(isinstance(node, ast.Assign) and _assigns(node, REASON) for node in module.body):
        return
    upgrade = next((node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"), None)
    if upgrade is None:
        return
    created = {_first(call) for call in _calls(upgrade) if _name(call) == "create_table"}
    for block in _blocks(upgrade):
        yield from (fault for call in block.calls if block.table not in created and (fault := _fault(call, created)))


class _Block:
    """Calls on one table: those in a `with op.batch_alter_table(…)`, or one call by itself."""

    def __init__(self, table: str | None, calls: list[ast.Call]) -> None:
        self.table, self.calls = table, calls


def _blocks(upgrade: ast.FunctionDef) -> Iterator[_Block]:
    inside: set[ast.Call] = set()
    for node in ast.walk(upgrade):
        if isinstance(node, ast.With) and isinstance(opened := node.items[0].context_expr, ast.Call):
            calls = [call for statement in node.body for call in _calls(statement)]
            inside.update(calls)
            yield _Block(_first(opened), calls)
    for call in _calls(upgrade):
        if call not in inside:
            yield _Block(_first(call), [call])


def _fault(call: ast.Call, created: set[str | None]) -> str | None:
    name, given = _name(call), {each.arg: each.value for each in call.keywords}
    if name in _DROPS:
        return f"{name}({_first(call)!r})" if _first(call) not in created else None
    if name == "alter_column" and ("new_column_name" in given or _is(given.get("nullable"), False)):
        return f"alter_column({_first(call)!r})"
    if name == "add_column":
        column = next((each for each in call.args if isinstance(each, ast.Call) and _name(each) == "Column"), None)
        options = {each.arg: each.value for each in column.keywords} if column else {}
        if column and _is(options.get("nullable"), False) and "server_default" not in options:
            return f"add_column({_first(column)!r}), which can't be empty and has no server_default"
    return None


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _first(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return str(first.value) if isinstance(first, ast.Constant) else None


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _assigns(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)

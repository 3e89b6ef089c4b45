"""The hook reference, written from the hookspecs and from plugins that implement them.

`python -m maxbooster.plugins.reference docs/plugins/hooks.md --examples maxbooster_setlist.plugin` writes the page;
with `--check` it only says whether the page is current.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import click

from ..errors import PluginError
from . import hookspecs

_BEGINNING = """\
# Hooks

What a plugin may contribute. Implement a hook by a function of the same name in the module that your entry point
names, marked `@hookimpl`; take only those of its arguments that you need. Assembly hooks are called once, when a
process starts, and return data; hooks that say *run time* may be coroutines and are asked by `ctx.ask("name", …)`, each
plugin by itself, so that one that raises or hangs harms no other.

This page is generated from the hookspecs: `python -m maxbooster.plugins.reference --help`.
"""


def hooks(module: ModuleType) -> dict[str, Any]:
    """The hookspecs of a module by name, in the order in which they stand there."""
    return {name: each for name, each in vars(module).items() if hasattr(each, "maxbooster_spec")}


def page(examples: Sequence[ModuleType]) -> str:
    """The page of the core's hooks and of those that the examples' manifests offer.

    Raises:
        PluginError: a hook has no docstring, or none of the examples implements it.
    """
    offered = [name for module in examples for name in module.manifest.hookspecs]
    modules = [hookspecs, *(import_module(name) for name in offered)]
    return "\n".join([_BEGINNING, *(part for module in modules for part in _of_module(module, examples))])


def _of_module(module: ModuleType, examples: Sequence[ModuleType]) -> Iterator[str]:
    of = "the core" if module is hookspecs else f"`{module.__name__.partition('.')[0]}`"
    yield f"## Hooks of {of}\n"
    for name, hook in hooks(module).items():
        if not hook.__doc__:
            raise PluginError(f"The hook {name!r} of {module.__name__} has no docstring.")
        example = next((each for each in examples if _implements(each, name)), None)
        if example is None:
            raise PluginError(
                f"The hook {name!r} of {module.__name__} has no example: no example plugin implements it."
            )
        yield f"### `{name}`\n\n```python\n{_signature(hook)}\n```\n\n{inspect.getdoc(hook)}\n"
        yield f"From `{example.__name__}`:\n\n```python\n{inspect.getsource(vars(example)[name]).strip()}\n```\n"


def _implements(module: ModuleType, name: str) -> bool:
    return hasattr(getattr(module, name, None), "maxbooster_impl")


def _signature(hook: Any) -> str:
    [function] = ast.parse(dedent(inspect.getsource(hook))).body
    assert isinstance(function, ast.FunctionDef)
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {function.name}({ast.unparse(function.args)}){returns}"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--examples", multiple=True, required=True, help="A plugin's module to take examples from; repeat it.")
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 if the page is not current.")
def reference(file: Path, examples: tuple[str, ...], check: bool) -> None:
    """Write the hook reference to FILE."""
    text = page([import_module(name) for name in examples])
    if not check:
        file.write_text(text, "utf-8")
    elif not file.exists() or file.read_text("utf-8") != text:
        raise click.ClickException(f"{file} is not current: run this command again without --check.")


if __name__ == "__main__":
    reference()

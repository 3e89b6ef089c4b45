"""The reference of hooks and kinds, written from the hookspecs, the kinds and plugins that implement them.

`python -m maxbooster.plugins.reference docs/plugins/hooks.md` writes the page of hooks, with `--kinds
docs/plugins/kinds.md` that of kinds as well; with `--check` it only says whether they are current. Examples come from
the product's own plugins: connectors of the core, plugins that are there to be read,
then the others by name.
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
from .kinds import Kind
from .manifest import Manifest
from .registry import Plugin, load

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


_KINDS = """\
# Kinds of connectors

A family's connectors are of a *kind*: a plugin `<family>.<name>` that implements the kind's hook. The hook takes `ctx`
or nothing, and returns an object at once. It is called when the platform is put together, where there is no account and
no database (`ctx.settings(…)` works), and again whenever the object is needed. Its name and its title are its plugin's.
What the object lacks of its protocol is told by `maxbooster check`, `plugins enable` and `plugins list`; that connector
is then off, and no other.

    maxbooster plugins kinds                    # what there is
    maxbooster plugin new quay --kind outlet    # a new one, with tests that pass

A family finds its connectors by `ctx.connectors(KIND)` and `ctx.connector(KIND, name)`, and calls the object by
`await connector.call(lambda it: …, timeout_s=…)` or, for what answers at once, `connector.call_sync(lambda it: …)`.
What fails in there unmeant is a `NotReady` that names the connector; after a call that overran its time, the connector
rests for a minute. `NotReady`, `AuthFailed`, `Invalid` and other problems that it raises itself pass.

A connector may add routes, jobs, settings, a panel and a console view of its own, under its family's names.

What each account sets up with it (its own partner ID, a key, the bank account to pay from) is a struct in its manifest.
The core makes the form under Connections and the API from it, keeps what is entered, and seals what is `Secret`:

```python
class QuayAccount(AccountSettings, kw_only=True, frozen=True):
    partner: Annotated[str, Meta(title="Partner ID", description="As your contract has it.", max_length=40)]
    region: Annotated[Literal["eu", "us"], Meta(title="Region")] = "eu"
    key: Annotated[Secret, Meta(title="Key", max_length=200)] = ""

    async def check(self, ctx: Context) -> None:
        # asked before it is saved, with a time limit; may call out
        if not await is_known(ctx.http, self.partner, self.key):
            raise Invalid("Quay knows no partner of that ID.", field="partner")

manifest = Manifest(name="billing.quay", …, account_settings=QuayAccount)
own = await ctx.account_settings(QuayAccount)      # None: this account has set up nothing
```

Fields are text, numbers, booleans, choices (`Literal`, enums) and lists of text, in the order of the form; their
labels in other languages are the texts `billing.quay.region` and, for the hint, `billing.quay.region_hint`. A later
version may add fields with defaults. Where what was entered no longer fits, `ctx.account_settings` raises `NotReady`,
the account's people see it under Connections, `maxbooster doctor` counts it; nothing is dropped. Once the
connector is uninstalled, `maxbooster plugins purge billing.quay` removes what accounts have set up.

This page is generated from the kinds: `python -m maxbooster.plugins.reference --help`.
"""


def kinds_page(kinds: Sequence[Kind[Any]]) -> str:
    """Each kind with what its objects are, its contract and its guide."""
    return "\n".join([_KINDS, *(part for kind in kinds for part in _of_kind(kind))])


def _of_kind(kind: Kind[Any]) -> Iterator[str]:
    module, _, suite = kind.contract.partition(":")
    yield f"## `{kind.name}`: a {kind.title}\n"
    yield f"Hook `{kind.hook}`, family `{kind.family}`. Contract: `{suite}` of `{module}`. Guide:"
    yield f"[{kind.guide}](../{kind.guide}).\n"
    for protocol in kind.protocols:
        yield f"### `{protocol.__name__}`\n\n```python\n{_outline(protocol)}\n```\n"


def _outline(protocol: type[Any]) -> str:
    """The source of a class without the code of its methods.

    Raises:
        PluginError: a method has no docstring.
    """
    source = dedent(inspect.getsource(protocol))
    [outline] = ast.parse(source).body
    assert isinstance(outline, ast.ClassDef)
    code: set[int] = set()
    for each in outline.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(each) is None:
                raise PluginError(f"{protocol.__name__}.{each.name} has no docstring.")
            code |= set(range(each.body[0].end_lineno or 0, each.end_lineno or 0))
    return "\n".join(line for number, line in enumerate(source.splitlines()) if number not in code).rstrip()


_NAMES = """\
# Names that others rely on

Operations of the API, public events with their fields, permissions, and extension points with what they tell. Programs
call them, webhooks carry them, roles hold them, plugins show something there: what stands here is changed by adding. A
name that goes, or a field, is a breaking change, and the changelog says so.

This page is generated: `python -m maxbooster.plugins.reference --help`.
"""


def names_page() -> str:
    """Every name that somebody outside may hold on to, of the product without its examples."""
    from ..app import App
    from ..http.assembly import build, description
    from ..settings import read

    app = App(read({"MAXBOOSTER_EXAMPLES": "false"}))
    api = description(build(app))
    operations = [
        f"`{operation['operationId']}`: {method.upper()} {path}"
        for path, methods in api["paths"].items()
        for method, operation in methods.items()
    ]
    events = [f"`{name}`: {', '.join(event.__struct_fields__)}" for name, event in app.offers.public_events.items()]
    permissions = [f"`{each.name}`" for each in app.offers.permissions.values()]
    points = [
        f"`{point.name}`: {point.help}" + "".join(f" `{field}`: {what}." for field, what in point.context.items())
        for point in app.offers.extension_points.values()
    ]
    parts = (
        ("Operations", operations),
        ("Events", events),
        ("Permissions", permissions),
        ("Extension points", points),
    )
    listed = (f"## {title}\n\n" + "\n".join(f"- {line}" for line in sorted(lines)) + "\n" for title, lines in parts)
    return "\n".join([_NAMES, *listed])


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kinds", "kinds_file", type=click.Path(dir_okay=False, path_type=Path), help="The page of kinds.")
@click.option("--names", "names_file", type=click.Path(dir_okay=False, path_type=Path), help="The page of names.")
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 if the page is not current.")
def reference(file: Path, kinds_file: Path | None, names_file: Path | None, check: bool) -> None:
    """Write the reference of hooks to FILE, and those of kinds and names."""
    modules = _examples()
    pages = {file: page(modules)}
    if kinds_file is not None:
        registering = [each for module in modules for each in _registered_kinds(module)]
        pages[kinds_file] = kinds_page(sorted(registering, key=lambda kind: kind.name))
    if names_file is not None:
        pages[names_file] = names_page()
    for path, text in pages.items():
        if not check:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            raise click.ClickException(f"{path} is not current: run this command again without --check.")


def _examples() -> list[ModuleType]:
    """The modules of the product's own plugins; those of other distributions that are installed here stay out."""
    found = [(plugin.module, manifest) for plugin, manifest in load().enabled() if _is_own(plugin)]
    ordered = sorted(found, key=_as_example)
    return [module for module, _ in ordered if module is not None]


def _as_example(found: tuple[ModuleType | None, Manifest]) -> tuple[bool, bool, bool, str]:
    _, manifest = found
    return manifest.name == "core", manifest.family != "core", not manifest.example, manifest.name


def _is_own(plugin: Plugin) -> bool:
    return plugin.distribution.startswith("maxbooster")


def _registered_kinds(module: ModuleType) -> Sequence[Kind[Any]]:
    return module.register_kinds() if _implements(module, "register_kinds") else ()


if __name__ == "__main__":
    reference()

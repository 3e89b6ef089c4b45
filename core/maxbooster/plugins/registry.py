"""Finding, checking and registering plugins: one broken plugin never takes the others down.

Discovery reads entry points, which import nothing. A disabled name is skipped before its import; the
rest are imported in a guard, sorted by what they require and registered with pluggy.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.metadata import EntryPoint
from time import monotonic
from types import ModuleType
from typing import Any, Literal, TypeVar

import pluggy

from ..errors import PluginError, suggestion
from . import hookspecs, names
from .approval import ALL, Approvals, asks_of, comes_approved, worded
from .installed import Found, found_of, installed
from .manifest import API, Manifest

FAILURES = (Exception, SystemExit)
"""What a plugin's code may raise without ending the process; Ctrl-C still does."""

T = TypeVar("T")
State = Literal["enabled", "disabled", "waiting", "broken"]
OFF = ("disabled", "waiting")


@dataclass
class Plugin:
    """One entry point and what became of it. `reason` says why a plugin that is broken or waits is left out."""

    name: str
    distribution: str
    version: str
    state: State
    module: ModuleType | None = None
    manifest: Manifest | None = None
    reason: str | None = None
    asks: tuple[str, ...] = ()
    """What it wants the operator to approve; empty while its code is unread."""
    is_ours: bool = True
    """Whether it came with the installation, and with that approved."""
    is_framed: bool = False
    """Whether its panels run in a sandboxed frame."""

    def broke(self, reason: str) -> None:
        self.state, self.reason = "broken", reason

    def wait(self, why: str) -> None:
        told = f"`maxbooster plugins enable {self.name}` shows what it asks for, and approves it"
        self.state, self.reason = "waiting", f"{why}; {told}"


class _Hooks(pluggy.PluginManager):
    """Plugins are modules: what is marked stands in them, and nothing else has to be looked at."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        return getattr(vars(plugin).get(name), "maxbooster_impl", None)


@dataclass
class Registry:
    """The plugins of this process, and the pluggy manager that holds the enabled ones."""

    plugins: dict[str, Plugin] = field(default_factory=dict)
    rests: dict[tuple[str, str], float] = field(default_factory=dict)
    """Plugin and hook that overran their time → until when they are not asked, on the monotonic clock."""
    _owners: dict[str, str | None] = field(default_factory=dict, repr=False)
    hooks: pluggy.PluginManager = field(default_factory=lambda: _Hooks("maxbooster"))

    def enabled(self) -> Iterator[tuple[Plugin, Manifest]]:
        """Enabled plugins with their manifests, in the order of their requirements."""
        for plugin in self.plugins.values():
            if plugin.state == "enabled" and plugin.manifest is not None:
                yield plugin, plugin.manifest

    @property
    def on(self) -> set[str]:
        """Names of the plugins that are enabled."""
        return {plugin.name for plugin, _ in self.enabled()}

    @property
    def families(self) -> set[str]:
        """Of everything that is installed, whatever its state."""
        return {name.partition(".")[0] for name in self.plugins}

    def collect(self, hook: str, kind: type[T], **arguments: Any) -> list[tuple[str, T]]:
        """Ask an assembly hook for lists of `kind`, plugin by plugin: `(plugin name, item)` in dependency order.

        A plugin that raises or answers something else is reported as broken; the others' items are still given.
        """
        return self._ask(hook, lambda answer: _listed(answer, kind), arguments)

    def answers(self, hook: str, kind: type[Any], **arguments: Any) -> list[tuple[str, Any]]:
        """The same for hooks that answer one thing each."""
        return self._ask(hook, lambda answer: [_checked(answer, kind)], arguments)

    def _ask(self, hook: str, read: Callable[[Any], list[T]], arguments: dict[str, Any]) -> list[tuple[str, T]]:
        found: list[tuple[str, T]] = []
        for plugin, _ in list(self.enabled()):
            implementation = self.implementation(plugin, hook)
            if implementation is None or plugin.state != "enabled":
                continue
            try:
                answer = implementation(**arguments)
                found += [(plugin.name, item) for item in (read(answer) if answer is not None else [])]
            except FAILURES as error:
                if plugin.name == "core":
                    raise
                self.drop(plugin.name, f"{hook}() cannot be used: {type(error).__name__}: {error}")
        return found

    def implementation(self, plugin: Plugin, hook: str) -> Callable[..., Any] | None:
        """This plugin's own implementation of a hook, taking the arguments that it declares."""
        caller = getattr(self.hooks.hook, hook, None)
        if caller is None:
            raise AttributeError(f"no enabled plugin defines the hook {hook!r}")
        for found in caller.get_hookimpls():
            if found.plugin is plugin.module:
                names = found.argnames
                return lambda **given: found.function(*(given[name] for name in names))
        return None

    def defines(self, hook: str) -> bool:
        """Whether an enabled plugin defines the hook."""
        caller = getattr(self.hooks.hook, hook, None)
        return caller is not None and caller.spec is not None

    def implements(self, hook: str) -> bool:
        """Whether any enabled plugin implements the hook."""
        return any(self.implementation(plugin, hook) for plugin, _ in self.enabled())

    def resting(self) -> list[tuple[str, str]]:
        """Plugins and hooks that are not asked for a while."""
        return sorted(whose for whose, until in self.rests.items() if monotonic() < until)

    def why_off(self, name: str) -> str | None:
        """Why a plugin takes no part, and what to do, in a sentence; None if it does, or is not installed."""
        plugin = self.plugins.get(name)
        if plugin is None or plugin.state == "enabled":
            return None
        if plugin.state == "broken":
            return f"The plugin {name} is off because it is broken; `maxbooster plugins list` says why."
        if plugin.state == "waiting":
            return f"The plugin {name} is off until an operator approves it: `maxbooster plugins enable {name}`."
        for needed in (name.partition(".")[0], *(plugin.manifest.requires if plugin.manifest else ())):
            if needed != name and (why := self.why_off(needed)) is not None:
                return f"The plugin {name} is off, because it requires {needed}. {why}"
        return f"The plugin {name} is off; `maxbooster plugins enable {name}` and a restart turn it on again."

    def owner_of(self, module: str) -> str | None:
        """The plugin that a module belongs to: the connector if it is in its own, else the family; None for others."""
        if module not in self._owners:
            self._owners[module] = self._owner_of(module)
        return self._owners[module]

    def _owner_of(self, module: str) -> str | None:
        places = {_place(plugin): plugin.name for plugin in reversed(self.plugins.values()) if plugin.module}
        around = [place for place in places if f"{module}.".startswith(f"{place}.")]
        return places[max(around, key=len)] if around else None

    def drop(self, name: str, reason: str) -> None:
        """Take a plugin that turned out to be broken, and those that require it, out of service."""
        plugin = self.plugins[name]
        if plugin.state == "broken":
            return
        plugin.broke(reason)
        self.hooks.unregister(plugin.module)
        for other, manifest in list(self.enabled()):
            if name in manifest.requires:
                self.drop(other.name, f"it requires {name!r}, which is broken")

    def named(self, name: str) -> Plugin:
        try:
            return self.plugins[name]
        except KeyError:
            hint = suggestion(name, list(self.plugins))
            raise PluginError(f"No plugin is called {name!r}.{hint}") from None


def _place(plugin: Plugin) -> str:
    """The package or module that holds a plugin's code: a family's is its whole package."""
    module = plugin.module.__name__ if plugin.module else ""
    return module.removesuffix(".plugin") if "." in plugin.name else module.partition(".")[0]


def _checked(answer: Any, kind: type[Any]) -> Any:
    if inspect.iscoroutine(answer):
        answer.close()
        raise TypeError("it is a coroutine, but assembly hooks are synchronous")
    if not isinstance(answer, kind):
        raise TypeError(f"expected {kind.__name__}, got {answer!r:.100}")
    return answer


def _listed(answer: Any, kind: type[T]) -> list[T]:
    return [_checked(item, kind) for item in _checked(answer, Iterable)]


def load(
    disabled: Collection[str] = (),
    entries: Iterable[EntryPoint] | None = None,
    *,
    examples: bool = True,
    approvals: Approvals = ALL,
) -> Registry:
    """Find and register every plugin that is installed, approved and not disabled.

    `disabled` holds names of families (which take their connectors with them) and of single connectors. `examples`:
    whether plugins that are there to be read are on as well.
    """
    registry = Registry()
    registry.hooks.add_hookspecs(hookspecs)
    found = installed() if entries is None else [found_of(entry) for entry in entries]
    for each in sorted(found, key=_by_name):
        if each.entry.name in registry.plugins:
            _refuse_second(registry, each)
        else:
            registry.plugins[each.entry.name] = _read(each, disabled, approvals)
    if not examples:
        _leave_out_examples(registry)
    _register(registry)
    return registry


def _by_name(found: Found) -> tuple[bool, str, bool]:
    return found.entry.name != "core", found.entry.name, not _owns(found.distribution, found.entry.name)


def _owns(distribution: str, name: str) -> bool:
    """Whether a name of the product comes from the product's own distribution."""
    family, _, connector = name.partition(".")
    own = ["maxbooster" if family == "core" else f"maxbooster-{family}"]
    if names.is_product(connector):
        own.append(f"maxbooster-{connector}")
    return names.is_product(family) and distribution.replace("_", "-").lower() in own


def _refuse_second(registry: Registry, found: Found) -> None:
    """The product's own distribution keeps its names; of two others nobody can say whose the name is."""
    entry, distribution, version = found
    first = registry.plugins[entry.name]
    reason = f"two distributions offer it: {first.distribution} and {distribution}"
    if _owns(first.distribution, entry.name):
        name = f"{entry.name} of {distribution}"
        registry.plugins[name] = Plugin(name, distribution, version, state="broken", reason=reason)
    else:
        first.broke(reason)


def _read(found: Found, disabled: Collection[str], approvals: Approvals) -> Plugin:
    entry, distribution, version = found
    plugin = Plugin(entry.name, distribution, version, state="enabled")
    plugin.is_ours = comes_approved(entry, owned=_owns(distribution, entry.name))
    if entry.name in disabled or entry.name.partition(".")[0] in disabled:
        plugin.state = "disabled"
        return plugin
    if not plugin.is_ours and not approvals.is_wanted(entry.name):
        plugin.wait("nobody has approved it yet")
        return plugin
    try:
        plugin.module = import_module(entry.module)
        manifest = plugin.module.manifest
    except FAILURES as error:
        plugin.broke(f"importing {entry.module} raised {type(error).__name__}: {error}")
        return plugin
    if not isinstance(manifest, Manifest):
        plugin.broke(f"{entry.module}.manifest is {type(manifest).__name__}, not a Manifest")
    elif manifest.name != entry.name:
        plugin.broke(f"its manifest calls it {manifest.name!r}, its entry point {entry.name!r}")
    elif manifest.migrations and "." not in plugin.module.__name__:
        plugin.broke("its migrations need a package: put its module and the folder migrations/ into one")
    elif manifest.api != API:
        plugin.broke(f"it is written for plugin API {manifest.api}; this is API {API}")
    else:
        plugin.manifest = manifest
        _compare(plugin, manifest, plugin.module, approvals)
    return plugin


def _compare(plugin: Plugin, manifest: Manifest, module: ModuleType, approvals: Approvals) -> None:
    """What it asks for with what was approved."""
    plugin.asks = asks_of(manifest, module)
    plugin.is_framed = manifest.trust == "frame" or approvals.pages(plugin.name, ours=plugin.is_ours) == "frame"
    if not plugin.is_ours and (missing := approvals.missing(plugin.name, plugin.asks)):
        plugin.wait(f"it asks for what nobody has approved: it {', '.join(map(worded, missing))}")


def _leave_out_examples(registry: Registry) -> None:
    for plugin, manifest in list(registry.enabled()):
        if manifest.example:
            plugin.state, plugin.reason = (
                "disabled",
                "an example for plugin authors: MAXBOOSTER_EXAMPLES=true turns it on",
            )


def _register(registry: Registry) -> None:
    registry.plugins = {name: registry.plugins[name] for name in _in_order(registry)}
    permissions: dict[str, str] = {}
    claimed = names.claims(registry)
    for plugin, manifest in list(registry.enabled()):
        if missing := _missing(registry, manifest.requires) or _taken(permissions, manifest):
            plugin.broke(missing)
            continue
        if off := next((name for name in manifest.requires if registry.plugins[name].state in OFF), None):
            said = {"disabled": "is disabled", "waiting": "waits for approval"}[registry.plugins[off].state]
            plugin.state, plugin.reason = "disabled", f"it requires {off!r}, which {said}"
            continue
        try:
            names.refuse_foreign(manifest, claimed)
        except PluginError as error:
            plugin.broke(error.detail)
            continue
        permissions |= {permission.name: plugin.name for permission in manifest.permissions}
        try:
            for module in manifest.hookspecs:
                registry.hooks.add_hookspecs(import_module(module))
            registry.hooks.register(plugin.module, name=plugin.name)
        except FAILURES as error:
            plugin.broke(f"registering it raised {type(error).__name__}: {error}")
    _refuse_unknown_hooks(registry)


def _refuse_unknown_hooks(registry: Registry) -> None:
    """An implementation of a hook that nobody defines is a misspelling: say so. Unless it may be a hook of a family
    that takes no part: one that the plugin answers if it is there, or one that is installed, but off."""
    off = any(_may_define_hooks(plugin) for plugin in registry.plugins.values())
    known = [name for name in vars(registry.hooks.hook) if getattr(registry.hooks.hook, name).spec]
    for plugin, manifest in list(registry.enabled()):
        if off or not {*manifest.answers} <= registry.on:
            continue
        for caller in registry.hooks.get_hookcallers(plugin.module) or ():
            implementation = next(i for i in caller.get_hookimpls() if i.plugin is plugin.module)
            if caller.spec is None and not implementation.optionalhook:
                hint = suggestion(caller.name, known)
                registry.drop(plugin.name, f"it implements {caller.name!r}, a hook that nobody defines.{hint}")
                break


def _may_define_hooks(plugin: Plugin) -> bool:
    """Of a family that is off nobody has read which hooks it defines."""
    return plugin.state != "enabled" and plugin.manifest is None and "." not in plugin.name


def _in_order(registry: Registry) -> Sequence[str]:
    """Names so that each follows what it requires; ties by name, so the order is the same everywhere."""
    requires = {plugin.name: _predecessors(registry, plugin) for plugin in registry.plugins.values()}
    while True:
        sorter = TopologicalSorter(requires)
        try:
            sorter.prepare()
        except CycleError as error:
            circle = list(error.args[1])
            for name in circle[:-1]:
                registry.plugins[name].broke(f"plugins require each other: {' → '.join(circle)}")
                requires[name] = []
            continue
        order: list[str] = []
        while ready := sorted(sorter.get_ready(), key=lambda name: (name != "core", name)):
            order += ready
            sorter.done(*ready)
        return order


def _predecessors(registry: Registry, plugin: Plugin) -> list[str]:
    """What it requires; and the core, which everybody does; and others come after the product's families, so that they
    cannot take a name before its owner."""
    required = plugin.manifest.requires if plugin.manifest else ()
    implied = {"core"} - {plugin.name} if names.is_product(plugin.name) else set(names.PRODUCT)
    return [name for name in sorted({*required, *implied}) if name in registry.plugins]


def _taken(permissions: dict[str, str], manifest: Manifest) -> str | None:
    for permission in manifest.permissions:
        if permission.name in permissions:
            return f"its permission {permission.name!r} is declared by {permissions[permission.name]!r} already"
    return None


def _missing(registry: Registry, requires: Sequence[str]) -> str | None:
    for name in requires:
        plugin = registry.plugins.get(name)
        if plugin is None:
            return f"it requires {name!r}, which is not installed.{suggestion(name, list(registry.plugins))}"
        if plugin.state == "broken":
            return f"it requires {name!r}, which is broken"
    return None

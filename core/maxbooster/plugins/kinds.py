"""Kinds of connectors: what a family's connectors are, which there are, and how they are called.

A family declares a `Kind` by `register_kinds()`. A connector is a plugin that implements the kind's hook: it answers an
object of the kind's protocol, made from its settings. The core makes each once when the platform is put together, and
leaves out, by name, what does not fit. Its name and its title are the plugin's; the object repeats neither.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from typing_extensions import get_protocol_members, is_protocol

from ..errors import Invalid, NotReady, Problem, suggestion
from ..forms import form_fault
from ..jobs.job import Canceled
from ..observe.logs import log
from .dispatch import REST_S, guarded
from .registry import FAILURES, Plugin, Registry

if TYPE_CHECKING:
    from ..context import Context
    from ..settings import AccountSettings
    from .manifest import Manifest

T = TypeVar("T")
Object_co = TypeVar("Object_co", covariant=True)
R = TypeVar("R")

CALL_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Kind(Generic[T]):
    """What the connectors of a family are; `T` is the type of their objects."""

    hook: str
    """The hook that a connector implements: `outlet`. It takes `ctx` or nothing, and returns at once: no reading, no
    calls."""
    family: str
    title: str
    """What people call one: `store`."""
    protocols: tuple[type[Any], ...]
    """Classes and protocols, of which an object is at least one; it has all of each that it has a part of."""
    contract: str
    """The tests that each passes: `package.testing:OutletContract`."""
    guide: str
    """The page on how to write one, below `docs/`."""
    template: str
    """The folder that `maxbooster plugin new` copies: `package:templates/outlet`."""

    @property
    def name(self) -> str:
        """As the command line says it: `payment-provider`."""
        return self.hook.replace("_", "-")


@dataclass(frozen=True)
class Connector(Generic[Object_co]):
    """A connector and its object, `it`. Call `it` through here, so that its failures stay its own."""

    kind: Kind[Any]
    plugin: str
    """`distribution.spotify`"""
    title: str
    """The manifest's: what people read."""
    it: Object_co
    rests: dict[tuple[str, str], float] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The last part of the plugin's name: `spotify`."""
        return self.plugin.rpartition(".")[2]

    async def call(self, function: Callable[[Object_co], Awaitable[R]], *, timeout_s: float = CALL_TIMEOUT_S) -> R:
        """`await connector.call(lambda it: it.pay_out(ctx, order))`. After a call that overran its time the connector
        rests for a minute, as a hook does.

        Raises:
            NotReady: it overran its time, rests, or failed in a way that it did not mean; says which connector.
            Problem: what it raised itself (`NotReady`, `AuthFailed`, `Invalid`, …).
        """
        work = partial(function, self.it)
        answer = await guarded(self.rests, self.plugin, self.kind.hook, work, timeout_s=timeout_s)
        if answer.error is not None:
            self._refuse(answer.error)
        return cast(R, answer.value)

    def call_sync(self, function: Callable[[Object_co], R]) -> R:
        """The same for what answers at once, such as a fee.

        Raises:
            NotReady: it failed in a way that it did not mean.
            Problem: what it raised itself.
        """
        try:
            return function(self.it)
        except FAILURES as error:
            log.warning("connector.failed", plugin=self.plugin, hook=self.kind.hook, error=repr(error))
            self._refuse(error)

    def _refuse(self, error: Exception | SystemExit) -> NoReturn:
        if isinstance(error, Problem | Canceled):
            raise error
        if isinstance(error, TimeoutError):
            raise NotReady(
                f"{self.title} did not answer in time; try again in a minute.", retry_after_s=REST_S
            ) from error
        raise NotReady(
            f"{self.title} failed unexpectedly ({type(error).__name__} in the plugin {self.plugin}); the log says more."
        ) from error


def gather(registry: Registry, ctx: Context) -> dict[str, Kind[Any]]:
    """Hook → kind, of the families that are enabled. Each connector is made once, with a Context that has no database;
    one that does not fit is dropped, and named."""
    kinds = {}
    for plugin, kind in registry.collect("register_kinds", Kind):
        if kind.family != plugin:
            registry.drop(plugin, f"its kind {kind.name!r} belongs to {kind.family!r}: a family registers its own")
        elif not registry.defines(kind.hook):
            registry.drop(plugin, f"its kind {kind.name!r} names the hook {kind.hook!r}, which its hookspecs lack")
        else:
            kinds[kind.hook] = kind
    for kind in kinds.values():
        for found, implementation in _implementations(registry, kind):
            if fault := _fault(kind, found.name, partial(implementation, ctx=ctx)):
                registry.drop(found.name, fault)
    for each, manifest in list(registry.enabled()):
        if manifest.account_settings and (fault := _form_fault(registry, each, manifest, kinds)):
            registry.drop(each.name, fault)
    return kinds


def kind_of(registry: Registry, kinds: Mapping[str, Kind[Any]], plugin: Plugin) -> Kind[Any] | None:
    """Of which kind a plugin is a connector."""
    return next((kind for kind in kinds.values() if registry.implementation(plugin, kind.hook)), None)


def _form_fault(registry: Registry, plugin: Plugin, manifest: Manifest, kinds: Mapping[str, Kind[Any]]) -> str | None:
    """Why nobody could set it up by a form."""
    if kind_of(registry, kinds, plugin) is None:
        return "its account_settings are for connectors, and it has the hook of no kind"
    return form_fault(cast("type[AccountSettings]", manifest.account_settings))


def connectors(registry: Registry, kind: Kind[T], ctx: Context) -> list[Connector[T]]:
    """Those that are enabled, by title; one whose object cannot be made now is left out."""
    if not registry.defines(kind.hook):
        return []
    found = []
    for plugin, implementation in _implementations(registry, kind):
        try:
            it = implementation(ctx=ctx)
        except FAILURES as error:
            log.warning("connector.failed", plugin=plugin.name, hook=kind.hook, error=repr(error))
            continue
        assert plugin.manifest is not None
        found.append(Connector(kind, plugin.name, plugin.manifest.title, cast(T, it), registry.rests))
    return sorted(found, key=lambda each: each.title)


def connector(registry: Registry, kind: Kind[T], name: str, ctx: Context, *, field: str | None = None) -> Connector[T]:
    """
    Raises:
        Invalid: there is none of that name; lists those that there are.
        NotReady: its plugin or its family is off, or its object cannot be made now.
    """
    known = {each.name: each for each in connectors(registry, kind, ctx)}
    if name in known:
        return known[name]
    plugin = f"{kind.family}.{name}"
    if (why := registry.why_off(kind.family) or registry.why_off(plugin)) is not None:
        raise NotReady(f"The {kind.title} {name!r} cannot be used now. {why}")
    if plugin in registry.plugins and registry.implementation(registry.plugins[plugin], kind.hook):
        raise NotReady(f"The {kind.title} {name!r} cannot be used now: the plugin {plugin} failed; the log says more.")
    listed = ", ".join(known) or "none"
    raise Invalid(
        f"There is no {kind.title} {name!r}; enabled are: {listed}.{suggestion(name, list(known))}", field=field
    )


def _implementations(registry: Registry, kind: Kind[Any]) -> Iterator[tuple[Plugin, Callable[..., Any]]]:
    for plugin, _ in list(registry.enabled()):
        if implementation := registry.implementation(plugin, kind.hook):
            yield plugin, implementation


def _fault(kind: Kind[Any], plugin: str, make: Callable[[], Any]) -> str | None:
    """Why a plugin is no connector of this kind."""
    family, _, name = plugin.partition(".")
    if family != kind.family or not name:
        return f"{kind.hook}() is for connectors of {kind.family}: name the plugin '{kind.family}.<name>'"
    try:
        it = make()
        if inspect.iscoroutine(it):
            it.close()
            return f"{kind.hook}() is a coroutine; it makes an object, and returns at once"
        faults = list(_misfits(kind, it))
    except FAILURES as error:
        return f"{kind.hook}() cannot be used: {type(error).__name__}: {error}"
    return f"{kind.hook}() cannot be used: {'; '.join(faults)}" if faults else None


def _misfits(kind: Kind[Any], it: Any) -> Iterator[str]:
    partly = [each for each in kind.protocols if _has_a_part(each, it)]
    if not partly:
        is_none_of = "is no" if len(kind.protocols) == 1 else "has nothing of"
        yield f"{type(it).__name__} {is_none_of} {', '.join(each.__name__ for each in kind.protocols)}"
    for protocol in partly:
        yield from _misfits_of(protocol, it)


def _has_a_part(protocol: type[Any], it: Any) -> bool:
    if is_protocol(protocol):
        return any(hasattr(it, name) for name in get_protocol_members(protocol))
    return isinstance(it, protocol)


def _misfits_of(protocol: type[Any], it: Any) -> Iterator[str]:
    members = get_protocol_members(protocol) if is_protocol(protocol) else _methods(protocol)
    if lacking := sorted(name for name in members if not hasattr(it, name)):
        yield f"{type(it).__name__} lacks {', '.join(lacking)} of {protocol.__name__}"
    for name in sorted(members & _methods(protocol)):
        if hasattr(it, name) and (fault := _uncallable(getattr(it, name), getattr(protocol, name))):
            yield f"{type(it).__name__}.{name}{fault}"


def _methods(protocol: type[Any]) -> set[str]:
    return {name for name, _ in inspect.getmembers(protocol, inspect.isfunction) if not name.startswith("_")}


def _uncallable(found: Any, asked: Callable[..., Any]) -> str | None:
    """What is wrong with a method, if it cannot be called as the protocol's is."""
    if not callable(found):
        return " is no method"
    _, *parameters = inspect.signature(asked).parameters.values()
    by_name = {each.name: None for each in parameters if each.kind is each.KEYWORD_ONLY}
    try:
        signature = inspect.signature(found)
        signature.bind(*[None for each in parameters if each.name not in by_name], **by_name)
    except TypeError:
        return f"{signature} cannot be called with ({', '.join(each.name for each in parameters)})"
    return None

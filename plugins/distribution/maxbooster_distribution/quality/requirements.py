"""What stores ask for, beyond what all do: their declared requirements, as rules (S01, S02, C01, …). What several ask
for is one finding, with each store's own measure and the strictest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ..media import AudioFacts, CoverFacts
from ..outlets.outlet import Outlet, Requirements
from .rule import QualityFinding, Severity, Subject

IDS = frozenset({"S01", "S02", "S03", "S05", "C01", "C02", "C03", "C04", "D02"})
_BEST_COVER_PX = 3000


class _Demand(Struct, frozen=True):
    """What one store asks of one thing. Those with the same message are about the same thing."""

    rule: str
    field: str
    message: str
    verb: str
    wish: str
    """What to do is verb and wish: "Use", "at least 640 × 640"."""
    level: float = 0
    """The higher, the stricter."""
    severity: Severity = "ERROR"


def findings(outlets: Sequence[Outlet], subject: Subject) -> Iterator[QualityFinding]:
    asked: dict[tuple[str, str, str], dict[_Demand, list[Outlet]]] = {}
    for outlet in outlets:
        for demand in _demands(outlet.it.requirements, subject):
            about = (demand.rule, demand.field, demand.message)
            asked.setdefault(about, {}).setdefault(demand, []).append(outlet)
    for demands in asked.values():
        yield _merged(demands, named=len(outlets) > 1)


def _merged(demands: dict[_Demand, list[Outlet]], *, named: bool) -> QualityFinding:
    """One finding for all stores; what a store would refuse comes before what it would rather have."""
    order = sorted(demands, key=lambda each: (each.severity != "ERROR", -each.level, each.wish))
    strictest = order[0]
    wishes = [each.wish + (f" ({_titles(demands[each])})" if named else "") for each in order]
    return QualityFinding(
        rule=strictest.rule, severity=strictest.severity, field=strictest.field, message=strictest.message,
        fix=f"{strictest.verb} {'; '.join(wishes)}.", outlets=[each.name for found in order for each in demands[found]],
    )  # fmt: skip


def _titles(outlets: Sequence[Outlet]) -> str:
    return ", ".join(sorted(each.title for each in outlets))


def _demands(wanted: Requirements, subject: Subject) -> Iterator[_Demand]:
    for index, facts in enumerate(subject.audio):
        if facts is not None:
            yield from _audio(wanted, facts, f"tracks[{index}].audio")
    if subject.cover is not None:
        yield from _cover(wanted, subject.cover)
    yield from _dates(wanted, subject)


def _audio(wanted: Requirements, facts: AudioFacts, field: str) -> Iterator[_Demand]:
    name = facts.name
    if facts.container == "WAVEX" and "WAVEX" not in wanted.audio:
        yield _Demand("S05", field, f"{name} is a WAV with an extensible header.", "Save it as", "FLAC")
    elif facts.container not in wanted.audio:
        yield _Demand("S01", field, f"{name} is {facts.container}.", "Use", *_one_of(wanted.audio))
    if facts.sample_rate_hz < wanted.min_sample_rate_hz:
        wish = f"a master of at least {wanted.min_sample_rate_hz / 1000:g} kHz"
        message = f"{name} has {facts.sample_rate_hz / 1000:g} kHz."
        yield _Demand("S02", field, message, "Use", wish, wanted.min_sample_rate_hz)
    if 0 < facts.bits < wanted.min_bits:
        wish = f"at least {wanted.min_bits} bits"
        yield _Demand("S02", field, f"{name} has {facts.bits} bits.", "Use", wish, wanted.min_bits)
    if facts.encoding in ("FLOAT", "DOUBLE"):
        yield _Demand("S02", field, f"{name} holds floating-point samples.", "Use", "16 or 24 bits")
    if facts.channels != wanted.channels:
        words = {1: "is mono", 2: "is stereo"}.get(facts.channels, f"has {facts.channels} channels")
        wish = f"a master with {wanted.channels} channels"
        yield _Demand("S03", field, f"{name} {words}.", "Use", wish, wanted.channels)


def _cover(wanted: Requirements, facts: CoverFacts) -> Iterator[_Demand]:
    name, side = facts.name, min(facts.width_px, facts.height_px)
    size = f"{facts.width_px} × {facts.height_px} pixels"
    if facts.width_px != facts.height_px:
        yield _Demand("C01", "cover", f"{name} is not square: {size}.", "Crop it to", "a square")
    least = wanted.cover_min_px
    if side < least:
        yield _Demand("C02", "cover", f"{name} has only {size}.", "Use", f"at least {least} × {least}", least)
    elif side < _BEST_COVER_PX:
        best = f"{_BEST_COVER_PX} × {_BEST_COVER_PX} if you have it, or it may look soft; do not enlarge a small one"
        yield _Demand("C02", "cover", f"{name} has only {size}.", "Use", best, severity="WARN")
    if facts.format not in wanted.cover:
        yield _Demand("C03", "cover", f"{name} is {facts.format}.", "Use", *_one_of(wanted.cover))
    if facts.mode not in wanted.cover_modes:
        yield _Demand("C04", "cover", f"{name} has {facts.mode} colors.", "Save it as", "sRGB with 8 bits")


def _dates(wanted: Requirements, subject: Subject) -> Iterator[_Demand]:
    day = subject.description.release_date
    if day is not None and 0 <= (ahead := (day - subject.today).days) < wanted.lead_days:
        message = f"The release date is {_days(ahead)} ahead; it may go live late."
        wish = f"a date at least {_days(wanted.lead_days)} ahead"
        yield _Demand("D02", "release_date", message, "Choose", wish, wanted.lead_days, "WARN")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _one_of(names: tuple[str, ...]) -> tuple[str, float]:
    """In words, and how strict it is: the fewer, the stricter."""
    return " or ".join(names), -len(names)

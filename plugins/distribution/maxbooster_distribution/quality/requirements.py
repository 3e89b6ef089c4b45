"""What one store asks for, beyond what all do: its declared requirements, as rules (S01, S02, C01, …)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ..media import AudioFacts, CoverFacts
from ..outlets.outlet import DdexOutlet, Requirements
from .rule import Finding, Severity, Subject


def findings(outlet: DdexOutlet, subject: Subject) -> Iterator[Finding]:
    wanted = outlet.requirements
    for index, facts in enumerate(subject.audio):
        if facts is not None:
            for each in _audio(wanted, facts, f"tracks[{index}].audio"):
                yield msgspec.structs.replace(each, outlet=outlet.name)
    if subject.cover is not None:
        for each in _cover(wanted, subject.cover):
            yield msgspec.structs.replace(each, outlet=outlet.name)
    for each in _dates(wanted, subject):
        yield msgspec.structs.replace(each, outlet=outlet.name)


def _audio(wanted: Requirements, facts: AudioFacts, field: str) -> Iterator[Finding]:
    if facts.container == "WAVEX" and "WAVEX" not in wanted.audio:
        yield _found("S05", field, f"{facts.name} is a WAV with an extensible header.", "Save it as FLAC.")
    elif facts.container not in wanted.audio:
        yield _found("S01", field, f"{facts.name} is {facts.container}.", f"Use {_either(wanted.audio)}.")
    if facts.sample_rate_hz < wanted.min_sample_rate_hz:
        wish = f"Use a master of at least {wanted.min_sample_rate_hz / 1000:g} kHz."
        yield _found("S02", field, f"{facts.name} has {facts.sample_rate_hz / 1000:g} kHz.", wish)
    if 0 < facts.bits < wanted.min_bits:
        yield _found("S02", field, f"{facts.name} has {facts.bits} bits.", f"Use at least {wanted.min_bits} bits.")
    if facts.encoding in ("FLOAT", "DOUBLE"):
        yield _found("S02", field, f"{facts.name} holds floating-point samples.", "Use 16 or 24 bits.")
    if facts.channels != wanted.channels:
        words = {1: "is mono", 2: "is stereo"}.get(facts.channels, f"has {facts.channels} channels")
        yield _found("S03", field, f"{facts.name} {words}.", f"Use a master with {wanted.channels} channels.")


def _cover(wanted: Requirements, facts: CoverFacts) -> Iterator[Finding]:
    size = f"{facts.width_px} × {facts.height_px} pixels"
    if facts.width_px != facts.height_px:
        yield _found("C01", "cover", f"{facts.name} is not square: {size}.", "Crop it to a square.")
    if min(facts.width_px, facts.height_px) < wanted.cover_min_px:
        wish = f"Use at least {wanted.cover_min_px} × {wanted.cover_min_px}."
        yield _found("C02", "cover", f"{facts.name} has only {size}.", wish)
    elif min(facts.width_px, facts.height_px) < 3000:
        wish = "Use 3000 × 3000 if you have it; do not enlarge a small one."
        yield _found("C02", "cover", f"{facts.name} has {size}; it may look soft.", wish, "WARN")
    if facts.format not in wanted.cover:
        yield _found("C03", "cover", f"{facts.name} is {facts.format}.", f"Use {_either(wanted.cover)}.")
    if facts.mode not in wanted.cover_modes:
        yield _found("C04", "cover", f"{facts.name} has {facts.mode} colors.", "Save it as sRGB with 8 bits.")


def _dates(wanted: Requirements, subject: Subject) -> Iterator[Finding]:
    day = subject.description.release_date
    if day is not None and 0 <= (day - subject.today).days < wanted.lead_days:
        said = f"The release date is {(day - subject.today).days} days ahead; {wanted.lead_days} are wished for."
        yield _found("D02", "release_date", said, "Choose a later date, or expect a late start.", "WARN")


def _found(rule: str, field: str, message: str, fix: str, severity: Severity = "ERROR") -> Finding:
    return Finding(rule=rule, severity=severity, field=field, message=message, fix=fix)


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(names)

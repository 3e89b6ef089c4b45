"""What messages are validated against: our own schemas always, and DDEX's where the operator installed them.

DDEX's may not be handed on, so the operator installs them once (`maxbooster distribution schemas add`). Ours describe
the part of the standards that we write, and are stricter; the simulated stores need nothing else. A store that is not
simulated gets nothing that DDEX's own schemas have not seen (`demand_official`).
"""

from __future__ import annotations

import shutil
from enum import Enum
from functools import cache
from pathlib import Path
from threading import Lock

from lxml import etree

from maxbooster.plugin import Invalid, NotReady, xml_schema

from ..settings import DistributionSettings

_OWN = Path(__file__).parent / "xsd"
_NAMES_PROBLEMS = 5


class Standard(Enum):
    """A DDEX standard: our schema of it, the folder of DDEX's schema files, and the one to begin with."""

    ERN_43 = ("ern-43.xsd", "ern-43", "release-notification.xsd")
    """Electronic Release Notification 4.3: what is released."""
    CHOREOGRAPHY = ("ern-c-sftp-18.xsd", "ern-c-sftp-18", "ern-choreography-sftp.xsd")
    """ERN choreography for SFTP 1.8: manifests of batches, and acknowledgements."""

    @property
    def own(self) -> Path:
        return _OWN / self.value[0]

    def official(self, folder: Path) -> Path:
        return folder.joinpath(*self.value[1:])


class Schemas:
    """Our schemas, and DDEX's in `official` if they are there. Each is compiled once per process."""

    def __init__(self, official: Path | None = None) -> None:
        self.official = official

    def validate(self, message: etree._Element, standard: Standard) -> None:
        """
        Raises:
            Invalid: the message breaks the standard; the first places are named.
        """
        _validate(message, standard.own, f"Max Booster's schema of {standard.value[1]}")
        if self.official is not None:
            _validate(message, standard.official(self.official), f"DDEX's {standard.value[1]}")

    def allowed(self, name: str) -> tuple[str, ...]:
        """The values that a message of ours may have of one of DDEX's allowed value sets, as `ContributorRole`."""
        return _allowed(name)

    def demand_official(self, store: str) -> None:
        """
        Raises:
            NotReady: DDEX's schemas are not installed; nothing may go to a store that is not simulated.
        """
        if self.official is None:
            raise NotReady(
                f"{store} is a real store, and nothing goes there that DDEX's own schemas have not validated. The"
                " operator gets ERN 4.3 and the choreography for SFTP 1.8 from ddex.net (the license is free) and runs"
                " `maxbooster distribution schemas add FOLDER`. Simulated stores work without."
            )


def installed(settings: DistributionSettings, data: Path) -> Schemas:
    """Our schemas, with DDEX's from where the operator set them, else from the data folder if they are there.

    Raises:
        NotReady: the operator set a folder that does not hold them.
    """
    if settings.schemas is None:
        usual = data / "ddex"
        return Schemas(usual.resolve() if _complete(usual) else None)
    if not _complete(settings.schemas):
        raise NotReady(f"distribution.schemas is {settings.schemas}, which does not hold {_wanted()}. Correct it.")
    return Schemas(settings.schemas.resolve())


def install(source: Path, data: Path) -> Path:
    """Copy DDEX's schemas into the data folder; returns where they are now.

    Raises:
        Invalid: they are not all there.
    """
    if not _complete(source):
        raise Invalid(f"{source} has not all schemas; it must hold {_wanted()} and what they import.", field="folder")
    for standard in Standard:
        folder = standard.value[1]
        shutil.copytree(source / folder, data / "ddex" / folder, dirs_exist_ok=True)
    return data / "ddex"


def _wanted() -> str:
    return " and ".join("/".join(standard.value[1:]) for standard in Standard)


def _complete(folder: Path) -> bool:
    return all(standard.official(folder).is_file() for standard in Standard)


def _validate(message: etree._Element, path: Path, name: str) -> None:
    schema, lock = _compiled(path)
    with lock:  # a schema object keeps the errors of its last message
        if schema.validate(message):
            return
        problems = [f"line {each.line}: {each.message}" for each in list(schema.error_log)[:_NAMES_PROBLEMS]]
    raise Invalid(f"The message does not keep to {name}. {'; '.join(problems)}", field="message")


@cache
def _compiled(path: Path) -> tuple[etree.XMLSchema, Lock]:
    try:
        return xml_schema(path), Lock()
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        raise NotReady(f"The schema {path} cannot be used: {error}. Install the schemas again.") from error


@cache
def _allowed(name: str) -> tuple[str, ...]:
    found = etree.parse(str(_OWN / "values.xsd")).xpath(
        "//xs:simpleType[@name=$name]//xs:enumeration/@value",
        namespaces={"xs": "http://www.w3.org/2001/XMLSchema"},
        name=name,
    )
    return tuple(str(value) for value in found)

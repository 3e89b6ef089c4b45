"""The DDEX schemas: where they lie, and proof that a message keeps to them.

They are DDEX's and may not be handed on, so an operator installs them once (`maxbooster distribution schemas add`).
"""

from __future__ import annotations

import shutil
from enum import Enum
from functools import cache
from pathlib import Path
from threading import Lock

from lxml import etree

from maxbooster.plugin import Invalid, NotReady

from ..settings import DistributionSettings

SIBLING = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "ddex" / "xsd"
"""Beside a developer's checkout."""
_NAMES_PROBLEMS = 5


class Standard(Enum):
    """A DDEX standard: the folder of its schema files, and the one to begin with."""

    ERN_43 = ("ern-43", "release-notification.xsd")
    """Electronic Release Notification 4.3: what is released."""
    CHOREOGRAPHY = ("ern-c-sftp-18", "ern-choreography-sftp.xsd")
    """ERN choreography for SFTP 1.8: manifests of batches, and acknowledgements."""


class Schemas:
    """The schemas in one folder. Each is compiled once per process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def validate(self, message: etree._Element, standard: Standard) -> None:
        """
        Raises:
            Invalid: the message breaks the standard; the first places are named.
        """
        schema, lock = _compiled(self.folder, standard)
        with lock:  # a schema object keeps the errors of its last message
            if schema.validate(message):
                return
            problems = [f"line {each.line}: {each.message}" for each in list(schema.error_log)[:_NAMES_PROBLEMS]]
        raise Invalid(f"The message does not keep to {standard.value[0]}. {'; '.join(problems)}", field="message")

    def allowed(self, name: str) -> tuple[str, ...]:
        """The values of an allowed value set of ERN 4.3, as `ContributorRole`."""
        return _allowed(self.folder, name)


def installed(settings: DistributionSettings, data: Path) -> Schemas:
    """The schemas that the operator installed.

    Raises:
        NotReady: there are none; nothing can be delivered.
    """
    places = [settings.schemas] if settings.schemas else [data / "ddex", SIBLING]
    for place in places:
        if _complete(place):
            return Schemas(place.resolve())
    raise NotReady(
        f"The DDEX schemas are not in {places[0]}, and nothing is delivered unproved. Get ERN 4.3 and the choreography"
        " for SFTP 1.8 from ddex.net (the licence is free), then run `maxbooster distribution schemas add FOLDER`."
    )


def install(source: Path, data: Path) -> Path:
    """Copy schemas into the data folder; returns where they are now.

    Raises:
        Invalid: they are not all there.
    """
    if not _complete(source):
        wanted = ", ".join("/".join(standard.value) for standard in Standard)
        raise Invalid(f"{source} has not all schemas; it must hold {wanted} and what they import.", field="folder")
    for standard in Standard:
        shutil.copytree(source / standard.value[0], data / "ddex" / standard.value[0], dirs_exist_ok=True)
    return data / "ddex"


def _complete(folder: Path) -> bool:
    return all(folder.joinpath(*standard.value).is_file() for standard in Standard)


@cache
def _compiled(folder: Path, standard: Standard) -> tuple[etree.XMLSchema, Lock]:
    path = folder.joinpath(*standard.value)
    try:
        return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True))), Lock()
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        raise NotReady(f"The schema {path} cannot be used: {error}. Install the schemas anew.") from error


@cache
def _allowed(folder: Path, name: str) -> tuple[str, ...]:
    values = etree.parse(str(folder / Standard.ERN_43.value[0] / "allowed-value-sets.xsd"))
    found = values.xpath(
        "//xs:simpleType[@name=$name]//xs:enumeration/@value",
        namespaces={"xs": "http://www.w3.org/2001/XMLSchema"},
        name=name,
    )
    return tuple(str(value) for value in found)

"""Our schemas beside DDEX's own, which may not lie in the repository: `MAXBOOSTER_TEST_DDEX` names their folder."""

from __future__ import annotations

import os
from datetime import date
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from maxbooster.plugin import Invalid
from maxbooster_distribution.ddex import choreography, ern43
from maxbooster_distribution.ddex.schemas import Schemas, Standard
from maxbooster_distribution.description import Deal
from maxbooster_distribution.outlets import spotify
from maxbooster_distribution.testing import known_schemas

from .test_ddex import ENVELOPE, contents

pytestmark = pytest.mark.skipif(
    not os.environ.get("MAXBOOSTER_TEST_DDEX"),
    reason="MAXBOOSTER_TEST_DDEX does not name a folder with DDEX's schemas (ern-43/, ern-c-sftp-18/)",
)
OURS = Schemas()


@pytest.fixture(scope="module")
def official():
    folder = known_schemas().official
    assert folder is not None
    return folder


def releases():
    """Every kind of message that the writer makes."""
    album, ending = contents(12, "album", subtitle="Live", catalog_number="QUAY 1"), [Deal(ends=date(2030, 1, 1))]
    elsewhere = [Deal(territories=["DE", "AT"]), Deal(excluded=["US"])]
    ended = msgspec.structs.replace(spotify.outlet(), takedown="end-deals")
    yield ern43.new_release_message(contents(1, "single", deals=ending), ENVELOPE)
    yield ern43.new_release_message(contents(5, deals=elsewhere), ENVELOPE)
    yield ern43.new_release_message(album, ENVELOPE)
    yield ern43.new_release_message(album, ENVELOPE, deals=False)
    yield ended.release_message(album, ENVELOPE, available=False)


def notes():
    sent = choreography.Sent(message_id="m", path="1/1.xml", content=b"x", upc="036000291452", delivery="TakeDown")
    yield choreography.manifest("N_20260105120000000", ENVELOPE, sent)
    for status in OURS.allowed("SupplyChainStatus"):
        said = {"status": status, "text": "Why", "action": "ResendXmlOnly"}
        answer = choreography.Answer(message_id="m", upc="036000291452", file_statuses=("ResourceCorrupt",), **said)
        yield choreography.acknowledgement(ENVELOPE, "N_20260105120000000", answer)


MESSAGES = [(root, Standard.ERN_43) for root in releases()] + [(root, Standard.CHOREOGRAPHY) for root in notes()]


def test_all_that_we_write_keeps_to_both(official):
    both = Schemas(official)
    for root, standard in MESSAGES:
        both.validate(root, standard)


def test_our_words_are_all_ddexs(official):
    theirs = etree.parse(str(official / "ern-43" / "allowed-value-sets.xsd"))
    space = {"xs": "http://www.w3.org/2001/XMLSchema"}
    ours = etree.parse(str(Standard.ERN_43.own.parent / "values.xsd"))
    for name in ours.xpath("//xs:simpleType[.//xs:enumeration]/@name", namespaces=space):
        known = theirs.xpath("//xs:simpleType[@name=$n]//xs:enumeration/@value", namespaces=space, n=name)
        assert set(OURS.allowed(name)) <= set(known), name


BROKEN = ["", " ", "x", "-1", "0", "2026-13-41", "PADPIDA", "A0", "P999", "R999", "Worldwide", "true", "é\u200b", "1e9"]


def mutated(data, root):
    """One element dropped, repeated, moved, renamed, or with another text or attribute."""
    made = etree.fromstring(etree.tostring(root))
    inner = [each for each in made.iter() if each is not made]
    at = data.draw(st.sampled_from(inner))
    parent = at.getparent()
    match data.draw(st.sampled_from(["drop", "repeat", "reorder", "rename", "text", "attribute"])):
        case "drop":
            parent.remove(at)
        case "repeat":
            parent.insert(parent.index(at), etree.fromstring(etree.tostring(at)))
        case "reorder":
            parent.insert(data.draw(st.integers(0, len(parent))), at)
        case "rename":
            at.tag = data.draw(st.sampled_from([each.tag for each in inner] + ["Nothing"]))
        case "text":
            at.text = data.draw(st.sampled_from(BROKEN))
        case "attribute":
            name = data.draw(st.sampled_from([*at.attrib, "Namespace", "SequenceNumber", "IsDefault", "Nothing"]))
            at.set(name, data.draw(st.sampled_from(BROKEN)))
    return made


@cache
def compiled(path):
    return etree.XMLSchema(etree.parse(str(path)))


def kept(root, validate):
    try:
        validate(root)
    except Invalid:
        return False
    return True


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_what_ddex_refuses_we_refuse(official, data):
    """No exceptions: ours is the stricter in every place."""
    root, standard = data.draw(st.sampled_from(MESSAGES))
    made = mutated(data, root)
    theirs = compiled(standard.official(official))
    if not theirs.validate(made):
        assert not kept(made, lambda root: OURS.validate(root, standard)), list(theirs.error_log)

"""What an operator may set: the section `[setlist]`, or `MAXBOOSTER_SETLIST__…`."""

from __future__ import annotations

from maxbooster.plugin import PluginSettings


class SetlistSettings(PluginSettings, kw_only=True, frozen=True):
    longest: int = 60
    """How many songs a set list may have."""
    paying: tuple[str, ...] = ()
    """Ids of accounts that have paid; empty: nothing is sold, and everybody may do everything."""
    sheet_encoding: str = "utf-8"
    """How stage sheets are written; a name that Python's codecs know."""
    refused_files: tuple[str, ...] = ()
    """Names of uploads to refuse, such as `*.exe`."""

"""What deliveries keep when people go."""

from __future__ import annotations

from collections.abc import Sequence

from maxbooster.plugin import PersonalData

from .models import FindingOverride

_ON_RECORD = "what a store was sent against the advice of the review stays on record; it says who decided by id alone"


def declared() -> Sequence[PersonalData]:
    return [PersonalData(table=FindingOverride, by="user_id", erase="keep", why=_ON_RECORD)]

"""The mapped classes of the family."""

from __future__ import annotations

from .catalog.models import Artist, Credit, Label, Placement, Registrant, Release, Track
from .deliveries.models import Acknowledgement, Delivery, FindingOverride, Stage
from .royalties.models import Allocation, Carry, Split, Statement, Waiting

tables: list[type] = [
    *(Acknowledgement, Artist, Credit, Delivery, FindingOverride, Label, Placement, Registrant, Release, Stage, Track),
    *(Allocation, Carry, Split, Statement, Waiting),
]

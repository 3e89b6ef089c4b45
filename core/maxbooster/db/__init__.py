from .engine import Database
from .fast import Prepared
from .models import PLATFORM, Local, Owned, Reference, Table, Versioned, owned_reference
from .types import Id, Json, UtcTime, new_id

__all__ = [
    "PLATFORM",
    "Database",
    "Id",
    "Json",
    "Local",
    "Owned",
    "Prepared",
    "Reference",
    "Table",
    "UtcTime",
    "Versioned",
    "new_id",
    "owned_reference",
]

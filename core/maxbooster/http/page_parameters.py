"""What a route takes that answers a page of a list."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from ..paging import LONGEST_CURSOR, MOST

Cursor = Annotated[str | None, QueryParameter(max_length=LONGEST_CURSOR, description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="At most this many")]

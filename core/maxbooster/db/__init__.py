from typing import TYPE_CHECKING

from ..plugins.late import late_imports

if TYPE_CHECKING:
    from .engine import Database as Database
    from .fast import Prepared as Prepared
    from .models import PLATFORM as PLATFORM
    from .models import Local as Local
    from .models import Owned as Owned
    from .models import Reference as Reference
    from .models import Table as Table
    from .models import Versioned as Versioned
    from .models import owned_reference as owned_reference
    from .types import Id as Id
    from .types import Json as Json
    from .types import UtcTime as UtcTime
    from .types import new_id as new_id
else:
    __getattr__, __dir__ = late_imports(__name__)

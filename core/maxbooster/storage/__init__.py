"""Files of an account, in an object store: resumable upload, check, signed and ranged download."""

from typing import TYPE_CHECKING

from ..plugins.late import late_imports

if TYPE_CHECKING:
    from .events import FileReady as FileReady
    from .files import Files as Files
    from .files import StoredFile as StoredFile
    from .purposes import FilePurpose as FilePurpose
else:
    __getattr__, __dir__ = late_imports(__name__)

"""Files of an account, in an object store: resumable upload, check, signed and ranged download."""

from .events import FileReady
from .files import Files, StoredFile
from .purposes import FilePurpose

__all__ = ["FilePurpose", "FileReady", "Files", "StoredFile"]

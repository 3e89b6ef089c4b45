"""Files of an account, in an object store: resumable upload, check, signed and ranged download (C-10, C-11)."""

from .events import FileReady
from .files import Files, StoredFile

__all__ = ["FileReady", "Files", "StoredFile"]

"""The jobs of the file store."""

from .check import check_file
from .sweep import clear_blobs, sweep_blobs, sweep_files

jobs = [check_file, clear_blobs, sweep_blobs, sweep_files]

"""Processes of the platform that a test starts, kills and starts again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .services import wait_for_port


class Process:
    """One process: `Process(["worker"], environment)` runs `maxbooster worker`.

    `program` replaces `python -m maxbooster`; what it prints goes to `log`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        log: Path,
        program: Sequence[str] = (sys.executable, "-m", "maxbooster"),
    ) -> None:
        self._command = [*program, *arguments]
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[Any] | None = None

    def start(self, *, port: int | None = None) -> None:
        """Start it; with a port, wait until it listens there.

        Raises:
            TimeoutError: it does not listen within 30 s.
        """
        with self._log.open("ab") as log:
            environment = os.environ | dict(self._environment)
            self._process = subprocess.Popen(self._command, env=environment, stdout=log, stderr=log)
        if port is not None:
            wait_for_port(port, timeout_s=30)

    @property
    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def _end(self, signum: signal.Signals) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signum)
            self._process.wait(30)
            self._process = None

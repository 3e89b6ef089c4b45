"""The rate limit of one API key in one process, told once a second how much the other processes let through."""

from __future__ import annotations

from time import monotonic

_SPAN_S = 0.5
"""Over less than this nothing is learnt: look-ups at the same time all read what stood there before any was added."""


class Meter:
    """A token bucket that holds one second's requests."""

    def __init__(self) -> None:
        self.per_s = 1
        self._share = 0.0
        self._tokens = 0.0
        self._at = monotonic()
        self._used = self._refused = 0
        self._noted = 0
        """What was handed out by `counted`, whether or not it is written down yet."""
        self._others: int | None = None
        self._learnt_at = self._at

    def allow(self, per_s: int) -> None:
        """Set the limit; a new meter starts full."""
        if self._share != per_s and self._others is None:
            self._share = self._tokens = float(per_s)
        self.per_s = per_s

    def take(self) -> bool:
        now = monotonic()
        self._tokens = min(self._share, self._tokens + (now - self._at) * self._share)
        self._at = now
        if self._tokens < 1:
            self._refused += 1
            return False
        self._tokens -= 1
        self._used += 1
        return True

    def counted(self) -> tuple[int, int]:
        """Requests let through and refused since the last call."""
        counted = self._used, self._refused
        self._noted += self._used
        self._used = self._refused = 0
        return counted

    def learn(self, total: int, *, own: int) -> None:
        """`total`: what all processes had written down before `own` was added. What others used leaves us less."""
        now, others = monotonic(), total + own - self._noted
        if self._others is None:
            self._others, self._learnt_at = others, now
        elif (passed := now - self._learnt_at) >= _SPAN_S:
            others_per_s = max(0, others - self._others) / passed
            # half-way, or two busy processes would make room for each other and fill it again in turns
            self._share = max((self._share + self.per_s - others_per_s) / 2, self.per_s / 10)
            self._learnt_at = now
        self._others = max(others, self._others)

"""Two demos that start at the same moment never take the same port."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from maxbooster_sandbox.demo.running import DemoFailed, listening


def test_each_demo_keeps_the_port_that_it_chose():
    with ExitStack() as stack:
        sockets = [stack.enter_context(listening(None)) for _ in range(5)]
        ports = {each.getsockname()[1] for each in sockets}
        assert len(ports) == 5
        taken = sockets[0].getsockname()[1]
        with pytest.raises(DemoFailed, match=f"Port {taken} is taken; choose another with --port"):
            listening(taken)
    again = listening(taken)
    again.close()

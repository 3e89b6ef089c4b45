"""Where recordings are played, how loud they are meant to be there, and what will happen to one."""

from .compliance import Compliance, compliance, compliance_of
from .outlets import TARGETS, Target, target_like, target_named

__all__ = ["TARGETS", "Compliance", "Target", "compliance", "compliance_of", "target_like", "target_named"]

from .job import Cancelled, Doorbell, Job, job

__all__ = ["Cancelled", "Doorbell", "Job", "job"]

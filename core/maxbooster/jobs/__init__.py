from .job import Canceled, Doorbell, Job, job

__all__ = ["Canceled", "Doorbell", "Job", "job"]

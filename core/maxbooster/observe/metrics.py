"""Prometheus metrics of the core, served at `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("maxbooster_requests", "HTTP requests", ["operation", "status"])
REQUEST_SECONDS = Histogram("maxbooster_request_seconds", "Time to answer a request", ["operation"])
SHED = Counter("maxbooster_requests_shed", "Requests refused because too many were in flight")
IN_FLIGHT = Gauge("maxbooster_requests_in_flight", "Requests being worked on")
WAITING = Gauge("maxbooster_requests_waiting", "Requests that wait for their clients to send")
JOBS = Counter("maxbooster_jobs", "Jobs finished, by outcome", ["job", "outcome"])
JOB_SECONDS = Histogram("maxbooster_job_seconds", "Time to run a job", ["job"])
JOB_WAIT_SECONDS = Histogram("maxbooster_job_wait_seconds", "From due to start", ["queue"])
JOBS_OVERDUE = Counter("maxbooster_jobs_overdue", "Jobs that ran past their time limit", ["job"])
STALLS = Counter("maxbooster_event_loop_stalls", "Times the event loop stopped turning, by whose code", ["plugin"])
STALLED_SECONDS = Counter("maxbooster_event_loop_stalled_seconds", "How long the event loop did not turn", ["plugin"])
HOOK_SECONDS = Histogram("maxbooster_hook_seconds", "Time a plugin took to answer a run-time hook", ["plugin", "hook"])
WEBHOOKS = Counter("maxbooster_webhooks", "Webhooks that came in, by outcome", ["source", "outcome"])
OUTBOUND = Counter("maxbooster_outbound", "Calls to other hosts", ["host", "outcome"])

"""Benchmarks: each compares the core with a peer, or with what the machine can do at all, in the same run.

`python -m bench [writes] [reads] [jobs] [start] [--quick] [--json FILE]`. An absolute figure says as much about the
machine as about the program, so what is required is a ratio; the few absolute ones are marked as budgets.
"""

"""The attack table: what somebody tries who wants in as another, and what they get."""

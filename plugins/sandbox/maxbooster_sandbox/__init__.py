"""Outside services that answer on this machine: try everything without keys."""

"""Masters: what was decided for a recording and a target, and the files that were rendered from it."""

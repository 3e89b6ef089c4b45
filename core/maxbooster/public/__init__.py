"""Pages that strangers see: plugins offer them, the core serves them at `/p/<area>/…`, without a session."""

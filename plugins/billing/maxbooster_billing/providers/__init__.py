"""Payment providers: one interface, a plugin each."""

"""Payment providers: one interface, a plugin each (B-02)."""

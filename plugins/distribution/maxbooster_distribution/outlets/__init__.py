"""Where releases go. Each outlet is a connector: a module with an entry point that says how it differs."""

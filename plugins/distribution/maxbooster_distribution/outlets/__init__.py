"""Where releases go. Each store is a connector: a module with an entry point that says how it differs."""

"""DDEX messages: written, proved against the schemas, and read."""

"""DDEX messages: written, validated against the schemas, and read."""

"""Passkeys (Web Authentication Level 3): created in the profile, then used to log in, in place of a code, or to prove
once more who one is."""

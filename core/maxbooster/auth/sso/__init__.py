"""Signing in at a provider (OpenID Connect): at those that the operator set up, or at an account's own.

A person is known there by issuer and subject, never by an email address; whose login here that is, they prove by
logging in here once."""

"""OAuth 2.0 and OpenID Connect as a client: what connections to services and signing in through providers share."""

"""A person's own matters: registering, password, e-mail address, second factor, leaving."""

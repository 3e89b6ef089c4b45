"""A person's own matters: registering, password, e-mail address, second factor, leaving (C-04, C-06, C-17)."""

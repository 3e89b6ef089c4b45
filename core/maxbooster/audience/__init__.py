"""An account's audience: contacts, the lists that they agreed to be on, the evidence of it, and mail to them."""

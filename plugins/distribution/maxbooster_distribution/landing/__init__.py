"""A release's public page: a copy of what is live, written when somebody turns it on, gone when they turn it off."""

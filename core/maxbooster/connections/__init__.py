"""Connections: logins of accounts at outside services, kept sealed and renewed before they expire.

Top down: routes and the command line call `signing_in` (OAuth) and `service` (logins that are typed in, and the rest),
which hand a proven login to `keeping`. `client` makes calls with what is kept, `renewal` renews it, `losing` tells once
that it is over. `oauth` alone talks to providers' OAuth endpoints; `providers` says what they are.
"""

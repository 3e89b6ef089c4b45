"""`maxbooster demo`: a recording's whole way, from upload to paid-out royalties, through the public API."""

"""Short links of accounts, and what they count: clicks by day and by where they came from, without a cookie."""

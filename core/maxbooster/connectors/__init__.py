"""What one account sets up with a connector: declared as a struct in the connector's manifest, filled in by a form,
kept here, its secrets sealed. Connectors read it by `await ctx.account_settings(Struct)`."""

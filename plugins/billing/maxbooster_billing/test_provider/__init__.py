"""The connector `billing.test`: a provider that moves no money, to try payouts with. It is stateful and honest:
what it was told it remembers, whatever is killed."""

"""Royalties: outlets' statements read line by line and split exactly among payees (D-13 … D-15)."""

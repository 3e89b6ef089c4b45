"""Royalties: outlets' statements read line by line and split exactly among payees."""

"""Postings by hand that touch money or what is owed: they wait until a second person approves them."""

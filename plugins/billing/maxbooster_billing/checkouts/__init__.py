"""Selling: a cart is paid at a provider, and each seller's part reaches their own book."""

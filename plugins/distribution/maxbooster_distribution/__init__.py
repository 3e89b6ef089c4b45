"""Catalogue, quality control, DDEX delivery and royalties."""

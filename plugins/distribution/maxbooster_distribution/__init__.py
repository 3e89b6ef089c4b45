"""Catalog, quality control, DDEX delivery and royalties."""

"""PDF documents: invoices, statements, licenses, made from a template and from data that is never code."""

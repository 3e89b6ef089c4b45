"""The addresses of the file store."""

from .file_routes import file_routes
from .upload_routes import upload_routes

routes = [upload_routes, *file_routes]

"""Max Booster: a self-hostable platform for a music career. Plugin authors import `maxbooster.plugin`."""

__version__ = "0.1.0"

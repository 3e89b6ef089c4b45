"""Quality control: what an outlet would object to, found and mostly mended before it is sent."""

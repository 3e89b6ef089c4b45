"""Quality control: what a store would object to, found and mostly fixed before it is sent."""

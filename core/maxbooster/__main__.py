"""`python -m maxbooster`: the same as the command `maxbooster`."""

from .cli import main

main()

"""The web application's door: the page that loads the shell, and under which rules."""

"""What an account has recorded and released: the rows behind every description."""

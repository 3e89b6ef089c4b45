"""What staff see and do about users; they work in the platform's own account."""

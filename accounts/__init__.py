"""Ground: users, posts (role x region x dates) and the one permission table."""

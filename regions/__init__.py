"""Ground: the region tree, its path, and scoping by it."""

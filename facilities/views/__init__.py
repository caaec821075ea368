"""Pages of facilities and living circles."""

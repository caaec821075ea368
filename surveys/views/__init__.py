"""Pages of rounds, for residents, staff and everybody."""

"""What stands behind dev.py: set-up, embedded servers and the supervisor, in the standard library alone."""

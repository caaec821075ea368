"""Service facilities and the living circle around each community."""

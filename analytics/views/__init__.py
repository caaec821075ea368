"""Pages of the windows: dashboard and figures, and the map of communities."""

"""Windows: counts, roll-ups, dashboard."""

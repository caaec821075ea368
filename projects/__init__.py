"""Works: annual plans, projects, contracts, photos, monthly progress."""

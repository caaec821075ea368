"""Pages of accounts: signing in and out, one's own settings, and the people of an area."""

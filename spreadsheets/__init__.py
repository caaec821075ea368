"""Windows: Excel in and out, long jobs with progress."""

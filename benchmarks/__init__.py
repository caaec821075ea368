"""Speed, measured as ratios to a limit of the same run."""

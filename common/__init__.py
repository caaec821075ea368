"""Ground: errors, numbers, geometry, base views, API plumbing, template tags. No tables."""

"""Writes: the inventory, conversions, inspections, assessments and the counting of living circles."""

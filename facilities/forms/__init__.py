"""The shape of input: facilities, their state, conversions, inspections, assessments."""

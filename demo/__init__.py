"""The demo year 2021: exact where public, synthetic elsewhere."""

"""Stair: stage changes with their evidence and gates."""

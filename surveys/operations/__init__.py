"""Writes of rounds: opening, casting, paper, visits, objections, publishing."""

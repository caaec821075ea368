"""Rooms: rolls, rounds, ballots, tallies, receipts."""

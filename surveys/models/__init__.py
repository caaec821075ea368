"""Rounds, rolls, ballots and what is recorded around them; the database itself refuses what must not happen."""

from surveys.models.batches import RoundBatch, RoundBatchItem
from surveys.models.records import (
    Annulment,
    CallBack,
    Keying,
    Objection,
    Reminder,
    Review,
    Sheet,
    SlipPrint,
    Visit,
)
from surveys.models.rounds import Ballot, Publication, RollCorrection, RollEntry, Round, RoundCount

__all__ = [
    "Annulment",
    "Ballot",
    "CallBack",
    "Keying",
    "Objection",
    "Publication",
    "Reminder",
    "Review",
    "RollCorrection",
    "RollEntry",
    "Round",
    "RoundBatch",
    "RoundBatchItem",
    "RoundCount",
    "Sheet",
    "SlipPrint",
    "Visit",
]

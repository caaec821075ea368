"""Stage history, joint acceptance, and what comes after it."""

from lifecycle.models.acceptance import AcceptanceSheet, Defect, DefectCheck, SheetItem, SheetParty, SheetPhoto, Signature
from lifecycle.models.aftercare import ArchiveEntry, TicketStep, WarrantyTicket
from lifecycle.models.stages import ChangeKind, GateOverride, ProjectOnTheStair, StageChange

__all__ = [
    "AcceptanceSheet",
    "ArchiveEntry",
    "ChangeKind",
    "Defect",
    "DefectCheck",
    "GateOverride",
    "ProjectOnTheStair",
    "SheetItem",
    "SheetParty",
    "SheetPhoto",
    "Signature",
    "StageChange",
    "TicketStep",
    "WarrantyTicket",
]

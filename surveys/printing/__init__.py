"""Papers of a round as PDF: notices for the gate and the stairwells, slips for the households, the notice of the result."""

from surveys.printing.documents import (
    About,
    BuildingResult,
    ChannelResult,
    Notice,
    Objections,
    Proof,
    Result,
    Scheme,
    Slip,
    Slips,
)
from surveys.printing.notice import notice_pdf
from surveys.printing.result import result_pdf
from surveys.printing.slips import slips_pdf

__all__ = [
    "About",
    "BuildingResult",
    "ChannelResult",
    "Notice",
    "Objections",
    "Proof",
    "Result",
    "Scheme",
    "Slip",
    "Slips",
    "notice_pdf",
    "result_pdf",
    "slips_pdf",
]

"""Writes of the stair: steps, plans that take their projects along, overrides by a level above, acceptance and what follows it."""

from lifecycle.operations.aftercare import TicketMoved, file_document, move_ticket, open_ticket, take_back_document
from lifecycle.operations.checking import add_sheet_photo, check_item, move_deadline, recheck_defect, report_defect
from lifecycle.operations.overrides import level_above, override_gate, take_back_override
from lifecycle.operations.plans import adjust_plan, freeze_plan
from lifecycle.operations.sheets import (
    Representative,
    SheetMoved,
    SheetNotComplete,
    add_party,
    complete_sheet,
    hold_sheet,
    prepare_sheet,
    rectify_sheet,
    remove_party,
    withdraw_sheet,
)
from lifecycle.operations.signing import may_sign, sign
from lifecycle.operations.steps import GateClosed, StageMoved, enter_reserve, reach_stage, resume, suspend, take_back, withdraw

__all__ = [
    "GateClosed",
    "Representative",
    "SheetMoved",
    "SheetNotComplete",
    "StageMoved",
    "TicketMoved",
    "add_party",
    "add_sheet_photo",
    "adjust_plan",
    "check_item",
    "complete_sheet",
    "enter_reserve",
    "file_document",
    "freeze_plan",
    "hold_sheet",
    "level_above",
    "may_sign",
    "move_deadline",
    "move_ticket",
    "open_ticket",
    "override_gate",
    "prepare_sheet",
    "reach_stage",
    "recheck_defect",
    "rectify_sheet",
    "remove_party",
    "report_defect",
    "resume",
    "sign",
    "suspend",
    "take_back",
    "take_back_document",
    "take_back_override",
    "withdraw",
    "withdraw_sheet",
]

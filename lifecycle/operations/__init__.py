"""Writes of the stair: steps, plans that take their projects along, overrides by a level above."""

from lifecycle.operations.overrides import level_above, override_gate, take_back_override
from lifecycle.operations.plans import adjust_plan, freeze_plan
from lifecycle.operations.steps import GateClosed, StageMoved, enter_reserve, reach_stage, resume, suspend, take_back, withdraw

__all__ = [
    "GateClosed",
    "StageMoved",
    "adjust_plan",
    "enter_reserve",
    "freeze_plan",
    "level_above",
    "override_gate",
    "reach_stage",
    "resume",
    "suspend",
    "take_back",
    "take_back_override",
    "withdraw",
]

"""Writes of works: projects, contracts, schemes, documents, annual plans, photos, monthly progress."""

from projects.operations.figures import figures_changed, project_figures_changed
from projects.operations.photos import PhotoRefused, add_photo
from projects.operations.plans import (
    PlanMoved,
    adjust_plan,
    confirm_plan,
    draft_plan,
    freeze_plan,
    put_in_plan,
    return_plan,
    submit_plan,
    take_from_plan,
)
from projects.operations.progress import NotStarted, report_progress, undo_reports
from projects.operations.records import add_record, void_record
from projects.operations.schemes import draw_scheme
from projects.operations.suggestions import dismiss_suggestion, suggest_work
from projects.operations.works import (
    NotEligible,
    ProjectLocked,
    add_community,
    add_contract,
    create_project,
    is_eligible,
    locked_project,
    remove_community,
)

__all__ = [
    "NotEligible",
    "NotStarted",
    "PhotoRefused",
    "PlanMoved",
    "ProjectLocked",
    "add_community",
    "add_contract",
    "add_photo",
    "add_record",
    "adjust_plan",
    "confirm_plan",
    "create_project",
    "dismiss_suggestion",
    "draft_plan",
    "draw_scheme",
    "figures_changed",
    "freeze_plan",
    "is_eligible",
    "locked_project",
    "project_figures_changed",
    "put_in_plan",
    "remove_community",
    "report_progress",
    "return_plan",
    "submit_plan",
    "suggest_work",
    "take_from_plan",
    "undo_reports",
    "void_record",
]

"""Writes of works: catalogue, projects, contracts, schemes, documents, special works, annual plans, photos, monthly progress."""

from projects.operations.attachments import (
    FileRefused,
    attach_file,
    withdraw_file,
)
from projects.operations.catalogue import (
    CatalogueFixed,
    draft_catalogue,
    publish_catalogue,
    write_catalogue,
    write_template,
)
from projects.operations.figures import (
    figures_changed,
    project_figures_changed,
)
from projects.operations.photos import (
    PhotoRefused,
    add_photo,
    keep_photo,
)
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
from projects.operations.progress import (
    NotStarted,
    report_progress,
    undo_reports,
)
from projects.operations.records import (
    add_record,
    void_record,
)
from projects.operations.schemes import (
    draw_scheme,
)
from projects.operations.special import (
    Filing,
    NotCompleted,
    SpecialWorkMoved,
    accept_special_works,
    agree_special_work,
    change_special_work,
    complete_special_work,
    file_special_work,
    owners_for,
    reopen_special_work,
    start_special_work,
    take_back_acceptance,
    withdraw_special_work,
    yard_of,
)
from projects.operations.suggestions import (
    dismiss_suggestion,
    suggest_work,
)
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
    "CatalogueFixed",
    "FileRefused",
    "Filing",
    "NotCompleted",
    "NotEligible",
    "NotStarted",
    "PhotoRefused",
    "PlanMoved",
    "ProjectLocked",
    "SpecialWorkMoved",
    "accept_special_works",
    "add_community",
    "add_contract",
    "add_photo",
    "add_record",
    "adjust_plan",
    "agree_special_work",
    "attach_file",
    "change_special_work",
    "complete_special_work",
    "confirm_plan",
    "create_project",
    "dismiss_suggestion",
    "draft_catalogue",
    "draft_plan",
    "draw_scheme",
    "figures_changed",
    "file_special_work",
    "freeze_plan",
    "is_eligible",
    "keep_photo",
    "locked_project",
    "owners_for",
    "project_figures_changed",
    "publish_catalogue",
    "put_in_plan",
    "remove_community",
    "reopen_special_work",
    "report_progress",
    "return_plan",
    "start_special_work",
    "submit_plan",
    "suggest_work",
    "take_back_acceptance",
    "take_from_plan",
    "undo_reports",
    "void_record",
    "withdraw_file",
    "withdraw_special_work",
    "write_catalogue",
    "write_template",
    "yard_of",
]

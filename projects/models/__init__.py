"""Annual plans, projects, schemes, works and what is reported of them."""

from projects.models.contracts import Contract
from projects.models.plans import AnnualPlan, Entry, Project
from projects.models.progress import Photo, ProgressReport
from projects.models.records import Record
from projects.models.schemes import Scheme, SchemeItem, Work
from projects.models.suggestions import Suggestion

__all__ = ["AnnualPlan", "Contract", "Entry", "Photo", "ProgressReport", "Project", "Record", "Scheme", "SchemeItem", "Suggestion", "Work"]

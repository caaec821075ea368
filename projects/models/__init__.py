"""Annual plans, projects, catalogue, schemes, works, special works and what is reported of them."""

from projects.models.attachments import (
    SchemeAttachment,
)
from projects.models.catalogue import (
    CatalogueItem,
    CatalogueVersion,
    CityTemplate,
    TemplateItem,
)
from projects.models.contracts import (
    Bidder,
    ChangeDecision,
    ChangeOrder,
    Contract,
)
from projects.models.diary import (
    DiaryEntry,
)
from projects.models.plans import (
    AnnualPlan,
    Entry,
    Project,
)
from projects.models.progress import (
    Photo,
    ProgressReport,
    WorkProgress,
)
from projects.models.records import (
    Record,
)
from projects.models.schemes import (
    Scheme,
    SchemeItem,
    Work,
)
from projects.models.special import (
    ConfirmedWork,
    OwnerConfirmation,
    SpecialWork,
    SpecialWorkStep,
    SpecialWorkStretch,
    WindowDecision,
    WindowProposal,
)
from projects.models.stretches import (
    Paving,
    Stretch,
)
from projects.models.suggestions import (
    Suggestion,
)

__all__ = [
    "AnnualPlan",
    "Bidder",
    "CatalogueItem",
    "CatalogueVersion",
    "ChangeDecision",
    "ChangeOrder",
    "CityTemplate",
    "ConfirmedWork",
    "Contract",
    "DiaryEntry",
    "Entry",
    "OwnerConfirmation",
    "Paving",
    "Photo",
    "ProgressReport",
    "Project",
    "Record",
    "Scheme",
    "SchemeAttachment",
    "SchemeItem",
    "SpecialWork",
    "SpecialWorkStep",
    "SpecialWorkStretch",
    "Stretch",
    "Suggestion",
    "TemplateItem",
    "WindowDecision",
    "WindowProposal",
    "Work",
    "WorkProgress",
]

"""Words of acceptance and of what comes after it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SheetState(TextChoices):
    """An acceptance sheet's way."""

    PREPARED = "prepared", pgettext_lazy("acceptance sheet", "Prepared")
    HELD = "held", pgettext_lazy("acceptance sheet", "Being signed")
    COMPLETE = "complete", pgettext_lazy("acceptance sheet", "Complete")
    RECTIFY = "rectify", pgettext_lazy("acceptance sheet", "To be rectified")
    WITHDRAWN = "withdrawn", pgettext_lazy("acceptance sheet", "Withdrawn")


SHEET_MOVES: dict[str, tuple[str, ...]] = {
    SheetState.PREPARED: (SheetState.HELD, SheetState.WITHDRAWN),
    SheetState.HELD: (SheetState.COMPLETE, SheetState.RECTIFY, SheetState.WITHDRAWN),
    SheetState.COMPLETE: (SheetState.WITHDRAWN,),
}
ON_THE_WAY = (SheetState.PREPARED, SheetState.HELD)


class PartyKind(TextChoices):
    """Who signs a joint acceptance."""

    DEPARTMENT = "department", _("Department")
    CONTRACTOR = "contractor", _("Contractor")
    SUPERVISOR = "supervisor", _("Supervisor")
    DESIGNER = "designer", _("Designer")
    PIPE_OWNER = "pipe_owner", _("Pipe owner")
    PROPERTY = "property", _("Property company")
    RESIDENT = "resident", _("Residents' representative")
    OTHER = "other", _("Other party")


class Department(TextChoices):
    """Departments that take part in acceptances [open: which; settings.ACCEPTANCE_DEPARTMENTS lists those of an installation]."""

    HOUSING = "housing", _("Housing and construction")
    PLANNING = "planning", _("Natural resources and planning")
    FIRE = "fire", _("Fire and rescue")
    CITY_MANAGEMENT = "city_management", _("City management")
    STREET_OFFICE = "street_office", _("Sub-district office")
    DEVELOPMENT = "development", _("Development and reform")
    FINANCE = "finance", _("Finance bureau")
    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs")
    POLICE = "police", _("Public security")


# how the department of a post is recognised, however the account's maker wrote it
DEPARTMENT_MARKS: dict[Department, tuple[str, ...]] = {
    Department.HOUSING: ("住房", "住建"),
    Department.PLANNING: ("自然资源", "规划"),
    Department.FIRE: ("消防",),
    Department.CITY_MANAGEMENT: ("城市管理", "城管"),
    Department.STREET_OFFICE: ("街道",),
    Department.DEVELOPMENT: ("发展和改革", "发改"),
    Department.FINANCE: ("财政",),
    Department.CIVIL_AFFAIRS: ("民政",),
    Department.POLICE: ("公安",),
}


class ItemResult(TextChoices):
    """What was found of an item."""

    OPEN = "", pgettext_lazy("acceptance item", "Not checked")
    PASSED = "passed", pgettext_lazy("acceptance item", "Passed")
    DEFECT = "defect", pgettext_lazy("acceptance item", "Defect")
    NOT_APPLICABLE = "na", pgettext_lazy("acceptance item", "Not applicable")


class SignWay(TextChoices):
    """How a signature was given."""

    ACCOUNT = "account", _("on the own account")
    DRAWN = "drawn", _("drawn on the screen")
    TYPED = "typed", _("name typed at the desk")


class WarrantyKind(TextChoices):
    """Kinds of work with a warranty period of their own (Regulation on the Quality of Construction Projects, Art. 40)."""

    ROOF = "roof", _("Roof and façade: leaks")
    HEATING = "heating", _("Heating and cooling")
    PIPES = "pipes", _("Water, drainage and power lines")
    EQUIPMENT = "equipment", _("Equipment and decoration")
    OTHER = "other", _("Other works")


class TicketState(TextChoices):
    """A warranty ticket's way."""

    OPEN = "open", pgettext_lazy("warranty", "Open")
    HANDLED = "handled", pgettext_lazy("warranty", "Handled")
    CLOSED = "closed", pgettext_lazy("warranty", "Closed")
    REOPENED = "reopened", pgettext_lazy("warranty", "Re-opened")


WAITING = (TicketState.OPEN, TicketState.REOPENED)
TICKET_MOVES: dict[str, tuple[str, ...]] = {
    TicketState.OPEN: (TicketState.HANDLED,),
    TicketState.HANDLED: (TicketState.CLOSED, TicketState.REOPENED),
    TicketState.CLOSED: (TicketState.REOPENED,),
    TicketState.REOPENED: (TicketState.HANDLED,),
}


class ArchiveDocument(TextChoices):
    """What an archive holds [open: the list]."""

    APPROVAL = "approval", _("Project approval")
    SURVEY_CARD = "survey_card", _("Survey card")
    ROUND_RESULTS = "round_results", _("Results of the rounds")
    SCHEMES = "schemes", _("Scheme and its versions")
    FUNDING = "funding", _("Funding sources")
    CONTRACTS = "contracts", _("Contracts")
    CHANGE_ORDERS = "change_orders", _("Change orders")
    SUPERVISION = "supervision", _("Supervision records")
    PHOTOS_BEFORE = "photos_before", _("Photos before the works")
    PHOTOS_AFTER = "photos_after", _("Photos after the works")
    AS_BUILT = "as_built", _("As-built drawings")
    ACCEPTANCE = "acceptance", _("Acceptance sheet")
    PROPERTY_AGREEMENT = "property_agreement", _("Property agreement")
    FINAL_ACCOUNT = "final_account", _("Final account")
